"""The log of received messages: indexes go on, memory does not."""

import json

from hypothesis import given
from hypothesis import strategies as some

from tidings.carriers.simulator.received import CHUNK_MESSAGES, ReceivedLog


def filled(count, **options):
    log = ReceivedLog(**options)
    for n in range(count):
        log.add(at=float(n), source="1", destination="2", text=f"text {n}", parts=1, message_id=str(n))
    return log


def read(log, **page):
    return json.loads(b"[" + b",".join(log.pages(**page)) + b"]")


def test_a_page_begins_after_the_index_named():
    log = filled(2_500)

    assert [row["index"] for row in read(log)] == list(range(1, 2_501))
    assert [row["index"] for row in read(log, after=2_498)] == [2_499, 2_500]
    assert read(log, after=2_500) == []
    assert read(log, after=9_999) == []


@given(some.integers(0, 2_200), some.integers(0, 2_200), some.integers(0, 2_100))
def test_pages_are_slices(after, limit, count):
    log = filled(count)

    assert [row["text"] for row in read(log, after=after, limit=limit)] == [
        f"text {n}" for n in range(count)[after : after + limit]
    ]


def test_a_full_log_lets_the_oldest_go_and_keeps_counting():
    log = filled(5 * CHUNK_MESSAGES + 1, most=2 * CHUNK_MESSAGES)

    kept = [row["index"] for row in read(log)]

    assert log.total == 5 * CHUNK_MESSAGES + 1
    assert kept == list(range(kept[0], 5 * CHUNK_MESSAGES + 2))
    assert 2 * CHUNK_MESSAGES <= len(kept) <= 3 * CHUNK_MESSAGES
    assert read(log, after=1)[0]["index"] == kept[0]
    assert read(log, after=kept[0])[0]["index"] == kept[0] + 1


def test_a_cleared_log_counts_from_one():
    log = filled(3)

    assert log.clear() == 3
    assert read(log) == []
    log.add(at=1.0, source="1", destination="2", text="x", parts=2, message_id="m", missing=1)
    assert read(log) == [
        {
            "index": 1,
            "at": 1.0,
            "source": "1",
            "destination": "2",
            "text": "x",
            "parts": 2,
            "message_id": "m",
            "missing": 1,
        }
    ]
