"""The carrier on a real socket: binds, long messages, receipts that are kept and sent again, limits."""

import asyncio
import time

import pytest
from tests.carriers.simulator.esme import simulated, submission

from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import BindMode
from tidings.carriers.smpp.receipt import read_receipt
from tidings.carriers.smpp.text import read
from tidings.kernel.gsm7 import encode_gsm7
from tidings.kernel.segments import split

ORDINARY = "15005550999"


def udh_parts(text, *, coding=0, reference=7, wide=False):
    """submit_sm of each part, in order."""
    pieces = split(text)
    for number, piece in enumerate(pieces, 1):
        octets = encode_gsm7(piece) if coding == 0 else piece.encode("utf-16-be")
        if wide:
            header = bytes((6, 8, 4, 1, reference, len(pieces), number))
        else:
            header = bytes((5, 0, 3, reference, len(pieces), number))
        yield submission(ORDINARY, header + octets, esm_class=0x40, data_coding=coding)


def sar_parts(text, *, reference=7):
    pieces = split(text)
    for number, piece in enumerate(pieces, 1):
        tlvs = {
            wire.TLV_SAR_MSG_REF_NUM: reference.to_bytes(2, "big"),
            wire.TLV_SAR_TOTAL_SEGMENTS: bytes([len(pieces)]),
            wire.TLV_SAR_SEGMENT_SEQNUM: bytes([number]),
        }
        yield submission(ORDINARY, encode_gsm7(piece), tlvs=tlvs)


@pytest.mark.parametrize(
    ("system_id", "password", "status"),
    [
        ("acme", "secret", wire.ESME_ROK),
        ("acme", "wrong", wire.ESME_RINVPASWD),
        ("else", "secret", wire.ESME_RINVSYSID),
    ],
)
async def test_a_bind_needs_the_right_name_and_password(world, system_id, password, status):
    esme = await world.connect()

    assert (await esme.bind(system_id=system_id, password=password)).status == status


async def test_what_was_received_is_told_in_order_with_times_of_arrival(world):
    esme = await world.bound()

    before = time.time()
    first = await esme.submit(ORDINARY, encode_gsm7("Grüße €5"))
    second = await esme.submit("15005551111", "Привет".encode("utf-16-be"), data_coding=8)
    rows = await world.received()

    assert [row["message_id"] for row in rows] == [first.text, second.text]
    assert [row["text"] for row in rows] == ["Grüße €5", "Привет"]
    assert [row["destination"] for row in rows] == ["+15005550999", "+15005551111"]
    assert [row["source"] for row in rows] == ["55501", "55501"]
    assert [row["parts"] for row in rows] == [1, 1]
    assert before <= rows[0]["at"] <= rows[1]["at"] <= time.time()


@pytest.mark.parametrize(
    "parts",
    [
        list(udh_parts("Dear customer {}, " * 20)),
        list(udh_parts("Dear customer {}, " * 20, wide=True)),
        list(sar_parts("Dear customer {}, " * 20)),
    ],
    ids=["udh8", "udh16", "sar"],
)
async def test_parts_are_joined_in_any_order_and_each_has_its_receipt(world, parts):
    esme = await world.bound()

    before = time.time()
    answers = {}
    for at in (2, 0, 1):
        answers[at] = (await esme.ask(parts[at])).text
    receipts = {read_receipt(await esme.next()).provider_id for _ in parts}
    (row,) = await world.received()

    assert row["text"] == "Dear customer {}, " * 20
    assert row["parts"] == 3
    assert row["message_id"] == answers[0]
    assert before <= row["at"] <= time.time()
    assert row["missing"] == 0
    assert receipts == set(answers.values())


async def test_a_character_that_lies_across_two_parts_is_read_whole(world):
    esme = await world.bound()
    octets = ("x" * 66 + "🎉" + "y" * 10).encode("utf-16-be")

    for number, piece in enumerate((octets[:134], octets[134:]), 1):
        await esme.submit(ORDINARY, bytes((5, 0, 3, 9, 2, number)) + piece, esm_class=0x40, data_coding=8)

    assert [row["text"] for row in await world.received()] == ["x" * 66 + "🎉" + "y" * 10]


async def test_a_payload_counts_the_parts_it_takes_on_the_air(world):
    esme = await world.bound()
    text = "Dear customer, " * 30

    await esme.submit(ORDINARY, b"", tlvs={wire.TLV_MESSAGE_PAYLOAD: text.encode()})

    (row,) = await world.received()
    assert (row["text"], row["parts"]) == (text, len(split(text)))


async def test_two_messages_with_their_parts_mixed_are_two_messages(world):
    esme = await world.bound()
    ones, twos = list(udh_parts("a" * 200, reference=1)), list(udh_parts("b" * 200, reference=2))

    for part in (ones[0], twos[1], ones[1], twos[0]):
        await esme.ask(part)

    assert [row["text"] for row in await world.received()] == ["a" * 200, "b" * 200]


async def test_a_receipt_waits_for_a_bind_that_receives(world):
    await world.behave(receipt_seconds=0)
    sender = await world.bound(BindMode.TRANSMITTER)
    answer = await sender.submit(ORDINARY)
    await sender.silence(0.2)
    await sender.close()

    receiver = await world.bound(BindMode.RECEIVER)

    assert read_receipt(await receiver.next()).provider_id == answer.text


async def test_receipts_go_to_every_bind_that_receives_in_turn(world):
    await world.behave(receipt_seconds=0)
    esmes = [await world.bound(BindMode.TRANSMITTER), await world.bound(BindMode.RECEIVER)]
    esmes.append(await world.bound())

    for n in range(20):
        await esmes[0].submit(ORDINARY, b"%d" % n)
    await asyncio.sleep(0.3)

    assert esmes[0].delivered.empty()
    assert esmes[1].delivered.qsize() + esmes[2].delivered.qsize() == 20
    assert min(esmes[1].delivered.qsize(), esmes[2].delivered.qsize()) > 0


async def test_a_receipt_is_sent_again_when_its_session_died_unanswered(world):
    await world.behave(receipt_seconds=0)
    esme = await world.bound()
    esme.answers_with = None
    answer = await esme.submit(ORDINARY)
    await esme.next()
    await esme.close()

    again = await world.bound()

    assert read_receipt(await again.next()).provider_id == answer.text
    counts = (await world.call("GET", "/stats"))["receipts"]
    assert (counts["sent"], counts["repeated"], counts["acknowledged"]) == (1, 1, 1)


async def test_a_receipt_is_sent_again_when_it_is_not_acknowledged_in_time(world):
    await world.behave(receipt_seconds=0, repeat_seconds=0.2)
    esme = await world.bound()
    esme.answers_with = None
    answer = await esme.submit(ORDINARY)
    await esme.next()
    esme.answers_with = wire.ESME_ROK

    assert read_receipt(await esme.next()).provider_id == answer.text
    await esme.silence(1.0)


async def test_a_receipt_refused_for_now_comes_again_and_one_refused_for_good_does_not(world):
    await world.behave(receipt_seconds=0, repeat_seconds=0.1)
    esme = await world.bound()
    esme.answers_with = wire.ESME_RX_T_APPN
    answer = await esme.submit(ORDINARY)
    await esme.next()
    esme.answers_with = 0x65

    assert read_receipt(await esme.next()).provider_id == answer.text
    await esme.silence(0.5)
    assert (await world.call("GET", "/stats"))["receipts"]["refused"] == 1


async def test_no_more_receipts_are_unanswered_than_the_window_allows(world):
    await world.behave(receipt_seconds=0, receipt_window=3)
    esme = await world.bound()
    esme.answers_with = None

    for n in range(10):
        await esme.submit(ORDINARY, b"%d" % n)
    await asyncio.sleep(0.3)

    assert esme.delivered.qsize() == 3
    assert (await world.call("GET", "/stats"))["waiting"]["queued"] == 7


async def test_a_sender_over_its_mps_is_throttled_and_others_are_not(world):
    await world.behave(senders={"55501": {"mps": 2}})
    esme = await world.bound()

    answers = await asyncio.gather(*(esme.send(submission(ORDINARY)) for _ in range(5)))
    other = await esme.submit(ORDINARY, source="55502")

    assert [answer.status for answer in answers] == [0, 0] + [wire.ESME_RTHROTTLED] * 3
    assert other.status == 0
    assert len(await world.received()) == 3


async def test_a_long_message_is_metered_whole(world):
    await world.behave(mps=2)
    esme = await world.bound()

    long = await asyncio.gather(*(esme.send(part) for part in udh_parts("a" * 400)))
    short = await esme.submit(ORDINARY)

    assert [answer.status for answer in long] == [0, 0, 0]
    assert short.status == wire.ESME_RTHROTTLED


async def test_a_daily_cap_throttles(world):
    await world.behave(daily_cap=2)
    esme = await world.bound()

    assert [(await esme.submit(ORDINARY)).status for _ in range(3)] == [0, 0, wire.ESME_RTHROTTLED]


@pytest.mark.parametrize(
    ("source", "destination", "status"),
    [
        ("55501", "", wire.ESME_RINVDSTADR),
        ("55501", "call me", wire.ESME_RINVDSTADR),
        ("", ORDINARY, wire.ESME_RINVSRCADR),
    ],
)
async def test_a_submit_without_proper_addresses_is_refused(world, source, destination, status):
    esme = await world.bound()

    assert (await esme.submit(destination, source=source)).status == status
    assert await world.received() == []


async def test_an_inbound_message_comes_in_parts_when_it_is_long(world):
    esme = await world.bound(BindMode.RECEIVER)
    body = "Where is my order? 🙂 " * 12

    told = await world.call("POST", "/inbound", json={"from": "+4366012345", "to": "55501", "body": body})
    parts = [await esme.next() for _ in range(told["parts"])]
    texts = [read(part) for part in parts]

    assert (parts[0].source, parts[0].source_ton, parts[0].destination) == ("4366012345", 1, "55501")
    assert "".join(text for text, _ in texts) == body
    assert [place.number for _, place in texts] == list(range(1, len(parts) + 1))
    assert {place.total for _, place in texts} == {len(parts)}


async def test_the_same_seed_plays_the_same_game():
    personality = {"undelivered": {"30003": 0.3, "30005": 0.2}, "lost_receipts": 0.3, "doubled_receipts": 0.3}

    async def play(seed):
        async with simulated(seed=seed) as world:
            await world.behave(receipt_seconds=0, **personality)
            esme = await world.bound()
            ids = {}
            for n in range(200):
                destination = f"1415555{n + 2000}"
                ids[(await esme.submit(destination)).text] = destination
            await asyncio.sleep(0.3)
            reports = [read_receipt(esme.delivered.get_nowait()) for _ in range(esme.delivered.qsize())]
            return sorted((ids[report.provider_id], report.stat, report.error) for report in reports)

    first, second, other = await play(5), await play(5), await play(6)

    assert first == second
    assert first != other


async def test_message_ids_are_not_used_again_by_the_next_life():
    ids = []
    for _ in range(2):
        async with simulated() as world:
            esme = await world.bound()
            ids += [int((await esme.submit(ORDINARY)).text) for _ in range(50)]

    assert ids == sorted(set(ids))
