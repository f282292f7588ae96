"""Every fault that can be ordered, seen from the client."""

import asyncio
import time

import pytest
from tests.carriers.simulator.esme import submission

from tidings.carriers.simulator.faults import KINDS, BadFault, Clear, Throttle, parse_fault
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.receipt import read_receipt

ORDINARY = "15005550999"


async def test_drop_closes_every_connection_and_lets_them_come_back(world):
    esmes = [await world.bound(), await world.bound()]

    await world.fault("drop")

    for esme in esmes:
        await asyncio.wait_for(esme.closed.wait(), 10)
    assert (await (await world.bound()).submit(ORDINARY)).status == 0


async def test_refuse_binds_refuses_for_a_time(world):
    await world.fault("refuse_binds", seconds=0.3)
    esme = await world.connect()

    assert (await esme.bind()).status == wire.ESME_RBINDFAIL
    await asyncio.sleep(0.4)
    assert (await esme.bind()).status == wire.ESME_ROK


async def test_stop_answering_takes_and_answers_nothing_for_a_time(world):
    esme = await world.bound()

    await world.fault("stop_answering", seconds=0.5)
    unanswered = esme.send(submission(ORDINARY, b"lost"))
    await asyncio.sleep(0.7)
    answer = await esme.submit(ORDINARY, b"taken")

    assert answer.status == 0
    assert not unanswered.done()
    assert [row["text"] for row in await world.received()] == ["taken"]


async def test_receipts_due_while_nothing_is_answered_come_later(world):
    await world.behave(receipt_seconds=0.3, repeat_seconds=0.5)
    esme = await world.bound()
    answer = await esme.submit(ORDINARY)

    await world.fault("stop_answering", seconds=1.0)
    await esme.silence(0.6)

    assert read_receipt(await esme.next()).provider_id == answer.text
    await esme.silence(0.7)


async def test_throttle_refuses_the_next_few(world):
    await world.fault("throttle", count=2)
    esme = await world.bound()

    assert [(await esme.submit(ORDINARY)).status for _ in range(3)] == [wire.ESME_RTHROTTLED] * 2 + [0]


async def test_lose_receipts_loses_its_share(world):
    await world.behave(receipt_seconds=0)
    await world.fault("lose_receipts", share=0.5)
    esme = await world.bound()

    for n in range(200):
        await esme.submit(ORDINARY, b"%d" % n)
    await asyncio.sleep(0.3)

    assert 60 < esme.delivered.qsize() < 140


async def test_reorder_receipts_lets_them_overtake(world):
    await world.behave(receipt_seconds=0, reorder_seconds=0.3)
    await world.fault("reorder_receipts")
    esme = await world.bound()

    sent = [(await esme.submit(ORDINARY, b"%d" % n)).text for n in range(30)]
    came = [read_receipt(await esme.next()).provider_id for _ in sent]

    assert sorted(came) == sorted(sent)
    assert came != sent


async def test_double_receipts_come_twice(world):
    await world.behave(receipt_seconds=0)
    await world.fault("double_receipts")
    esme = await world.bound()

    answer = await esme.submit(ORDINARY)

    assert [read_receipt(await esme.next()).provider_id for _ in range(2)] == [answer.text] * 2
    await esme.silence(0.2)


async def test_late_answers_late_until_it_is_cleared(world):
    await world.fault("late", seconds=0.3)
    esme = await world.bound()

    began = time.monotonic()
    assert (await esme.submit(ORDINARY)).status == 0
    assert time.monotonic() - began >= 0.3

    await world.fault("clear")
    faults = await world.call("GET", "/fault")
    assert not any(faults.values())


async def test_an_early_receipt_comes_before_the_answer(world):
    await world.behave(early_receipts=1.0)
    esme = await world.bound()

    waiting = esme.send(submission(ORDINARY))
    report = read_receipt(await esme.next())

    assert not waiting.done()
    assert (await waiting).text == report.provider_id


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ([], "a fault is an object"),
        ({}, "kind: None is not one of drop, refuse_binds"),
        ({"kind": "earthquake"}, "kind: 'earthquake' is not one of"),
        ({"kind": ["drop"]}, "is not one of"),
        ({"kind": "drop", "seconds": 3}, "drop has no 'seconds'"),
        ({"kind": "throttle"}, "throttle needs count, a whole number"),
        ({"kind": "throttle", "count": 1.5}, "throttle needs count, a whole number"),
        ({"kind": "throttle", "count": -1}, "count: -1 is not between 0 and"),
        ({"kind": "lose_receipts", "share": 2}, "share: 2 is not between 0 and 1"),
        ({"kind": "late", "seconds": True}, "late needs seconds, a number"),
        ({"kind": "late", "seconds": float("nan")}, "seconds: nan is not between 0 and"),
    ],
)
def test_a_faulty_fault_says_what_is_wrong(raw, says):
    fault = parse_fault(raw)

    assert isinstance(fault, BadFault)
    assert says in fault.why


def test_a_fault_is_read_with_its_measure():
    assert parse_fault({"kind": "throttle", "count": 3}) == Throttle(3)
    assert parse_fault({"kind": "clear"}) == Clear()
    assert len(KINDS) == 9
