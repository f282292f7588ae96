"""Carriers that misbehave. Each test is one way in which SMPP libraries have been seen to break."""

import asyncio
import socket
import struct

import pytest
from tests.carriers.smpp.rig import Peer, decent, handover, receipt_pdu, until

from tidings.carriers.connector import ReceiptState, Rejected, Taken, Throttled, Unknown, Unreachable
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import Answer, DeliverSm, Request, SubmitSm, Unrecognised


@pytest.mark.parametrize(
    "noise",
    [
        b"\xde\xad\xbe\xef" * 20,
        struct.pack(">IIII", 5, 4, 0, 1),
        struct.pack(">IIII", 0x7FFFFFFF, 5, 0, 1),
        b"\x00\x00\x00\x05",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
    ids=["garbage", "length 5", "length 2 GB", "length 5 and nothing else", "HTTP"],
)
async def test_noise_after_the_bind_ends_the_session_and_the_link_comes_back(world, noise):
    async def script(peer: Peer):
        await peer.let_in()
        await peer.read_submit()
        peer.write(noise)
        await peer.read()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await rig.bound()

    outcome = await rig.submit()

    assert isinstance(outcome, Unknown)
    await until(lambda: rig.connector.statistics.binds == 2)
    assert isinstance(await rig.submit(), Taken)


async def test_an_unknown_command_gets_generic_nack_and_the_session_goes_on(world):
    nacks = []

    async def script(peer: Peer):
        await peer.let_in()
        peer.write(Unrecognised(0x00010203, 0, 99, b"what?"))
        nacks.append(await peer.read())
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await until(lambda: nacks != [])

    assert nacks == [Answer(wire.GENERIC_NACK, 99, wire.ESME_RINVCMDID)]
    assert isinstance(await rig.submit(), Taken)
    assert carrier.connections == 1


async def answer_first_submit(peer: Peer, answer: bytes) -> SubmitSm:
    """Answer with `answer`, into which the sequence number is written."""
    submit = await peer.read_submit()
    peer.write(answer[:12] + struct.pack(">I", submit.sequence) + answer[16:])
    return submit


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (struct.pack(">IIII", 16, wire.SUBMIT_SM_RESP, 0x455, 0), Rejected),
        (struct.pack(">IIII", 16, wire.SUBMIT_SM_RESP, 0xFFFFFFFF, 0), Rejected),
        (struct.pack(">IIII", 17, wire.SUBMIT_SM_RESP, wire.ESME_RINVDSTADR, 0) + b"\0", Rejected),
        (struct.pack(">IIII", 16, wire.GENERIC_NACK, wire.ESME_RINVCMDLEN, 0), Rejected),
        (struct.pack(">IIII", 16, wire.SUBMIT_SM_RESP, wire.ESME_RTHROTTLED, 0), Throttled),
        (struct.pack(">IIII", 16, wire.SUBMIT_SM_RESP, wire.ESME_RMSGQFUL, 0), Throttled),
    ],
    ids=[
        "vendor status",
        "largest status",
        "bad address",
        "generic_nack",
        "throttled, no body",
        "queue full",
    ],
)
async def test_a_refusal_keeps_the_session_whatever_its_status(world, answer, expected):
    async def script(peer: Peer):
        await peer.let_in()
        await answer_first_submit(peer, answer)
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await rig.bound()

    assert isinstance(await rig.submit(), expected)
    assert isinstance(await rig.submit(), Taken)
    assert carrier.connections == 1


@pytest.mark.parametrize(
    ("body", "provider_id"),
    [
        (b"abc123", "abc123"),
        (b"7" * 100 + b"\0", "7" * 100),
        (b"", ""),
        (b"x\0" + b"\x04\x27\x00\x09\x01", "x"),
    ],
    ids=["no NUL", "100 characters", "no body", "damaged TLV"],
)
async def test_an_accepted_message_is_taken_whatever_the_id_looks_like(world, body, provider_id):
    async def script(peer: Peer):
        await peer.let_in()
        await answer_first_submit(
            peer, struct.pack(">IIII", 16 + len(body), wire.SUBMIT_SM_RESP, 0, 0) + body
        )
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await rig.bound()

    assert await rig.submit() == Taken((provider_id,), "test")
    assert isinstance(await rig.submit(), Taken)


@pytest.mark.parametrize("ending", ["FIN", "RST"])
async def test_a_close_in_mid_window_leaves_each_written_message_unknown_at_once(world, ending):
    async def script(peer: Peer):
        await peer.let_in()
        for _ in range(64):
            await peer.read_submit()
        if ending == "RST":
            peer.writer.transport.abort()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, window=64, response_timeout=60)
    await rig.bound()

    outcomes = await asyncio.gather(*(rig.submit() for _ in range(100)))

    assert [type(outcome) for outcome in outcomes] == [Unknown] * 64 + [Unreachable] * 36
    await until(lambda: rig.connector.statistics.binds == 2)


async def test_a_message_never_answered_is_unknown_after_the_timeout_and_its_late_answer_is_ignored(world):
    late = asyncio.Event()

    async def script(peer: Peer):
        await peer.let_in()
        submits = [await peer.read_submit() for _ in range(200)]
        await late.wait()
        peer.write(*(Answer(wire.SUBMIT_SM_RESP, submit.sequence, 0, "late") for submit in submits))
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, window=200, response_timeout=0.5)
    await rig.bound()

    outcomes = await asyncio.gather(*(rig.submit() for _ in range(200)))
    late.set()

    assert {type(outcome) for outcome in outcomes} == {Unknown}
    assert isinstance(await rig.submit(), Taken)
    assert carrier.connections == 1


async def test_a_carrier_that_answers_no_enquiry_is_left_for_a_new_connection(world):
    async def script(peer: Peer):
        await peer.let_in()
        while await peer.read() is not None:
            pass

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, enquire_interval=0.2, response_timeout=0.3)

    await until(lambda: rig.connector.statistics.binds == 2)


async def test_an_idle_carrier_that_answers_enquiries_is_kept(world):
    enquiries = []

    async def script(peer: Peer):
        await peer.let_in()
        while (pdu := await peer.read()) is not None:
            enquiries.append(pdu.command)
            peer.write(Answer(pdu.command | wire.RESPONSE, pdu.sequence))

    carrier = await world.carrier(script)
    await world.connect(carrier.port, enquire_interval=0.1, response_timeout=5)

    await until(lambda: len(enquiries) >= 3)
    assert carrier.connections == 1
    assert set(enquiries) == {wire.ENQUIRE_LINK}


async def test_the_carriers_own_enquiry_is_answered(world):
    answers = []

    async def script(peer: Peer):
        await peer.let_in()
        peer.write(Request(wire.ENQUIRE_LINK, 0x7FFFFFFF))
        answers.append(await peer.read())
        await peer.stay()

    carrier = await world.carrier(script)
    await world.connect(carrier.port)

    await until(lambda: answers == [Answer(wire.ENQUIRE_LINK_RESP, 0x7FFFFFFF)])


async def delivered_through(world, frame: bytes):
    """Send one deliver_sm as bytes and a whole receipt after it; gives the rig and both answers."""
    answers = []

    async def script(peer: Peer):
        await peer.let_in()
        peer.write(frame, receipt_pdu("second", sequence=2))
        answers.extend([await peer.read(), await peer.read()])
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await until(lambda: len(answers) == 2)
    assert carrier.connections == 1
    return rig, answers


async def test_a_receipt_whose_tlv_is_longer_than_its_pdu_is_read_without_it(world):
    body = receipt_pdu("first").encode()[16:] + struct.pack(">HH", wire.TLV_MESSAGE_STATE, 500) + b"\x02"
    frame = struct.pack(">IIII", 16 + len(body), wire.DELIVER_SM, 0, 1) + body

    rig, answers = await delivered_through(world, frame)

    assert [receipt.provider_id for receipt in rig.receipts] == ["first", "second"]
    assert [answer.status for answer in answers] == [0, 0]


async def test_a_receipt_whose_sm_length_points_past_the_end_is_read_to_the_end(world):
    frame = bytearray(receipt_pdu("first", sequence=1).encode())
    text_at = frame.index(b"id:first")
    frame[text_at - 1] = 254

    rig, answers = await delivered_through(world, bytes(frame))

    assert [receipt.provider_id for receipt in rig.receipts] == ["first", "second"]
    assert [receipt.state for receipt in rig.receipts] == [ReceiptState.DELIVERED] * 2
    assert [answer.status for answer in answers] == [0, 0]


async def test_a_deliver_sm_without_a_body_is_answered_and_the_session_goes_on(world):
    rig, answers = await delivered_through(world, struct.pack(">IIII", 16, wire.DELIVER_SM, 0, 1))

    assert [receipt.provider_id for receipt in rig.receipts] == ["second"]
    assert {answer.sequence for answer in answers} == {1, 2}


async def test_a_burst_of_20000_receipts_arrives_whole_with_bounded_memory(world):
    acknowledged = []
    held = []

    async def script(peer: Peer):
        await peer.let_in()

        async def send():
            for start in range(0, 20_000, 1_000):
                peer.write(*(receipt_pdu(f"r{n}", sequence=n + 1) for n in range(start, start + 1_000)))
                await peer.writer.drain()

        sending = asyncio.create_task(send())
        while len(acknowledged) < 20_000:
            answer = await peer.read()
            assert answer is not None
            acknowledged.append(answer.sequence)
        await sending
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, receipts_held=1_000)

    async def store(batch):
        held.append(rig.connector._receipts.held)
        await asyncio.sleep(0.005)

    rig.store = store
    await until(lambda: len(acknowledged) == 20_000, seconds=60)

    assert [receipt.provider_id for receipt in rig.receipts] == [f"r{n}" for n in range(20_000)]
    assert sorted(acknowledged) == list(range(1, 20_001))
    # The limit, and what one read of the socket (at most 256 KiB) may bring over it.
    assert max(held) <= 1_000 + 256 * 1024 // len(receipt_pdu("r0").encode())
    assert len(rig.batches) < 2_000


async def test_a_receipt_is_acknowledged_only_after_it_is_stored(world):
    answers = []

    async def script(peer: Peer):
        await peer.let_in()
        peer.write(receipt_pdu("r", sequence=5))
        answers.append(await peer.read())
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    asked, may_store = asyncio.Event(), asyncio.Event()

    async def store(batch):
        asked.set()
        await may_store.wait()

    rig.store = store
    await asked.wait()
    await asyncio.sleep(0.1)
    assert answers == []

    may_store.set()
    await until(lambda: answers == [Answer(wire.DELIVER_SM_RESP, 5, 0, "")])


async def test_a_receipt_that_could_not_be_stored_is_asked_for_again(world):
    answers = []

    async def script(peer: Peer):
        await peer.let_in()
        for sequence in (1, 2):
            peer.write(receipt_pdu("r", sequence=sequence))
            answers.append(await peer.read())
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    failures = [OSError("the database is away")]

    async def store(batch):
        if failures:
            raise failures.pop()

    rig.store = store
    await until(lambda: len(answers) == 2)

    assert [answer.status for answer in answers] == [wire.ESME_RX_T_APPN, 0]
    assert [receipt.provider_id for receipt in rig.receipts] == ["r"]


async def test_a_carrier_that_unbinds_is_answered_and_bound_to_again(world):
    answers = []

    async def script(peer: Peer):
        await peer.let_in()
        peer.write(Request(wire.UNBIND, 8))
        answers.append(await peer.read())

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)

    await until(lambda: rig.connector.statistics.binds == 2)
    assert answers == [Answer(wire.UNBIND_RESP, 8)]
    assert isinstance(await rig.submit(), Taken)


async def test_a_carrier_that_unbinds_in_mid_window_may_still_answer_what_it_took(world):
    said = []

    async def script(peer: Peer):
        await peer.let_in()
        submits = [await peer.read_submit() for _ in range(4)]
        peer.write(Request(wire.UNBIND, 8))
        await asyncio.sleep(0.1)
        peer.write(*(Answer(wire.SUBMIT_SM_RESP, submit.sequence, 0, "id") for submit in submits))
        said.append(await peer.read())
        said.append(await peer.read())

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, window=4)
    await rig.bound()

    outcomes = await asyncio.gather(*(rig.submit() for _ in range(6)))

    assert [type(outcome) for outcome in outcomes] == [Taken] * 4 + [Unreachable] * 2
    await until(lambda: said == [Answer(wire.UNBIND_RESP, 8), None])
    await until(lambda: rig.connector.statistics.binds == 2)


async def test_a_carrier_that_unbinds_and_answers_nothing_is_waited_for_only_so_long(world):
    async def script(peer: Peer):
        await peer.let_in()
        await peer.read_submit()
        peer.write(Request(wire.UNBIND, 8))
        while await peer.read() is not None:
            pass

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, response_timeout=0.3)
    await rig.bound()

    assert isinstance(await rig.submit(), Unknown)
    await until(lambda: rig.connector.statistics.binds == 2)


async def test_a_long_text_leaves_in_parts_that_join_to_the_text(world):
    seen = []

    async def script(peer: Peer):
        await peer.let_in()
        while True:
            submit = await peer.read_submit()
            seen.append(submit)
            peer.write(Answer(wire.SUBMIT_SM_RESP, submit.sequence, 0, f"p{len(seen)}"))

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await rig.bound()

    outcome = await rig.submit(handover("x" * 1600))

    assert outcome == Taken(tuple(f"p{n}" for n in range(1, 12)), "test")
    assert all(len(submit.short_message) <= 160 for submit in seen)
    assert [submit.short_message[:3] for submit in seen] == [b"\x05\x00\x03"] * 11
    assert b"".join(submit.short_message[6:] for submit in seen) == b"x" * 1600


async def test_a_long_password_is_sent_whole(world):
    binds = []

    async def script(peer: Peer):
        binds.append(await peer.let_in())
        await peer.stay()

    carrier = await world.carrier(script)
    await world.connect(carrier.port, password="s3cret-and-much-longer-than-eight")

    await until(lambda: binds != [])
    assert binds[0].password == "s3cret-and-much-longer-than-eight"


@pytest.mark.parametrize("status", [wire.ESME_RINVPASWD, wire.ESME_RBINDFAIL, wire.ESME_RALYBND, 0x401])
async def test_a_refused_bind_is_tried_again_after_a_while(world, status):
    async def script(peer: Peer):
        bind = await peer.read()
        peer.write(Answer(bind.command | wire.RESPONSE, bind.sequence, status))
        await peer.read()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)

    assert rig.connector.room == 0
    await rig.bound()
    assert carrier.connections == 2


@pytest.mark.parametrize("silence", ["no answer to the bind", "bind answered by another command"])
async def test_a_bind_that_is_not_answered_is_tried_again(world, silence):
    async def script(peer: Peer):
        bind = await peer.read()
        if silence != "no answer to the bind":
            peer.write(Answer(wire.SUBMIT_SM_RESP, bind.sequence, 0, "?"))
        await peer.read()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, connect_timeout=0.3)

    await rig.bound()
    assert carrier.connections == 2


async def test_answers_that_nobody_asked_for_change_nothing(world):
    async def script(peer: Peer):
        await peer.let_in()
        submit = await peer.read_submit()
        right = Answer(wire.SUBMIT_SM_RESP, submit.sequence, 0, "right")
        peer.write(Answer(wire.SUBMIT_SM_RESP, submit.sequence + 7, 0, "wrong"), right, right)
        peer.write(Answer(wire.DELIVER_SM_RESP, 1, 0, ""), Answer(wire.GENERIC_NACK, 0, 3))
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await rig.bound()

    assert await rig.submit() == Taken(("right",), "test")
    assert isinstance(await rig.submit(), Taken)


async def test_deliveries_in_the_same_packet_as_the_bind_answer_are_taken(world):
    answers = []

    async def script(peer: Peer):
        bind = await peer.read()
        peer.write(
            Answer(bind.command | wire.RESPONSE, bind.sequence, 0, "c"), receipt_pdu("early", sequence=1)
        )
        answers.append(await peer.read())
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)

    await until(lambda: answers == [Answer(wire.DELIVER_SM_RESP, 1, 0, "")])
    assert [receipt.provider_id for receipt in rig.receipts] == ["early"]


async def test_pdus_that_arrive_octet_by_octet_are_read(world):
    answers = []

    async def script(peer: Peer):
        await peer.let_in()
        for octet in receipt_pdu("slow", sequence=1).encode():
            peer.write(bytes((octet,)))
            await peer.writer.drain()
            await asyncio.sleep(0)
        answers.append(await peer.read())
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)

    await until(lambda: len(answers) == 1)
    assert [receipt.provider_id for receipt in rig.receipts] == ["slow"]


async def test_a_carrier_that_says_we_are_not_bound_is_bound_to_again_and_the_message_is_not_lost(world):
    async def script(peer: Peer):
        await peer.let_in()
        await answer_first_submit(
            peer, struct.pack(">IIII", 16, wire.SUBMIT_SM_RESP, wire.ESME_RINVBNDSTS, 0)
        )
        await peer.read()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await rig.bound()

    assert isinstance(await rig.submit(), Unreachable)
    await until(lambda: rig.connector.statistics.binds == 2)
    assert isinstance(await rig.submit(), Taken)


async def test_a_persons_text_that_looks_like_a_receipt_is_a_persons_text(world):
    forged = DeliverSm("436601234567", "15005550006", receipt_pdu("victim").short_message, sequence=1)

    rig, _ = await delivered_through(world, forged.encode())

    assert [receipt.provider_id for receipt in rig.receipts] == ["second"]
    assert [inbound.text[:9] for inbound in rig.inbound] == ["id:victim"]


async def test_nobody_listening_is_unreachable_until_somebody_does(world):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    rig = await world.connect(port)

    assert isinstance(await rig.submit(), Unreachable)
    await asyncio.sleep(0.2)
    await world.carrier(decent, port=port)
    await rig.bound()
    assert isinstance(await rig.submit(), Taken)
