"""The connector against carriers that behave, or misbehave in ordinary ways."""

import asyncio
import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.carriers.smpp.rig import Peer, Rig, handover, receipt_pdu, until

from tidings.carriers.connector import ReceiptState, Rejected, Taken, Throttled, Unknown, Unreachable
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import Answer, BindMode, DeliverSm, SubmitSm
from tidings.carriers.smpp.server import SmppServer

LONG = "x" * 400  # three parts


def answering(*statuses):
    """A carrier that answers the first submits so (None: not at all), and accepts every other."""

    async def script(peer: Peer):
        await peer.let_in()
        for number, status in enumerate(statuses):
            submit = await peer.read_submit()
            if status is not None:
                peer.write(Answer(wire.SUBMIT_SM_RESP, submit.sequence, status, f"p{number}"))
        await peer.stay()

    return script


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((0, 0, 0), Taken),
        ((wire.ESME_RINVDSTADR, 0, 0), Rejected),
        ((wire.ESME_RTHROTTLED, wire.ESME_RTHROTTLED, wire.ESME_RTHROTTLED), Throttled),
        ((0, wire.ESME_RINVDSTADR, 0), Unknown),
        ((0, 0, wire.ESME_RSYSERR), Unknown),
        ((None, 0, 0), Unknown),
        ((0, 0, None), Unknown),
    ],
)
async def test_a_message_of_several_parts_has_one_outcome(world, statuses, expected):
    carrier = await world.carrier(answering(*statuses))
    rig = await world.connect(carrier.port, response_timeout=0.4)
    await rig.bound()

    outcome = await rig.submit(handover(LONG))

    assert isinstance(outcome, expected)
    if expected is Taken:
        assert outcome.provider_ids == ("p0", "p1", "p2")
    assert isinstance(await rig.submit(), Taken)


async def test_a_later_part_that_is_throttled_is_sent_again_and_the_message_is_taken(world):
    carrier = await world.carrier(
        answering(0, wire.ESME_RTHROTTLED, wire.ESME_RMSGQFUL, wire.ESME_RTHROTTLED)
    )
    rig = await world.connect(carrier.port, throttle_first=0.02)
    await rig.bound()

    outcome = await rig.submit(handover(LONG))

    assert isinstance(outcome, Taken)
    assert len(set(outcome.provider_ids)) == 3
    assert rig.connector.statistics.in_flight == 0


async def test_a_part_that_waits_to_be_sent_again_when_the_connector_closes_leaves_its_message_unknown(world):
    carrier = await world.carrier(answering(0, wire.ESME_RTHROTTLED, 0))
    rig = await world.connect(carrier.port, throttle_first=60.0, throttle_most=60.0, close_timeout=0.2)
    await rig.bound()
    waiting = rig.submit(handover(LONG))
    await until(lambda: rig.connector.statistics.in_flight == 1)

    await rig.connector.close()

    assert waiting.result() == Unknown("part 2 of 3: closed by us")


async def test_an_unknown_outcome_says_which_part_and_why(world):
    carrier = await world.carrier(answering(0, wire.ESME_RSYSERR, 0))
    rig = await world.connect(carrier.port)
    await rig.bound()

    assert await rig.submit(handover(LONG)) == Unknown("part 2 of 3: refused with status 0x8")


async def test_a_message_of_several_parts_cut_off_before_its_first_left_is_unreachable(world):
    async def script(peer: Peer):
        await peer.let_in()
        await peer.read_submit()
        await peer.read_submit()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, window=2)
    await rig.bound()

    outcomes = await asyncio.gather(*(rig.submit(handover(text)) for text in ("a", LONG, LONG, "b")))

    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown, Unreachable, Unreachable]


async def test_a_full_window_has_no_room_and_tells_when_it_has_again(world):
    held = []

    async def script(peer: Peer):
        await peer.let_in()
        held.extend([await peer.read_submit() for _ in range(4)])
        await release.wait()
        peer.write(*(Answer(wire.SUBMIT_SM_RESP, submit.sequence, 0, "id") for submit in held))
        await peer.stay()

    release = asyncio.Event()
    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, window=4)
    assert rig.connector.room == 0
    await rig.bound()
    assert rig.connector.room == 4
    assert rig.room_calls == 1

    waiting = [rig.submit() for _ in range(4)]
    assert rig.connector.room == 0
    await until(lambda: len(held) == 4)
    release.set()
    await asyncio.gather(*waiting)

    await until(lambda: rig.room_calls == 2)
    assert rig.connector.room == 4


async def test_never_more_than_the_window_is_unanswered(world):
    most = 0

    async def script(peer: Peer):
        nonlocal most
        await peer.let_in()
        queue: list[SubmitSm] = []
        while True:
            try:
                async with asyncio.timeout(0.05):
                    queue.append(await peer.read_submit())
                    most = max(most, len(queue))
            except TimeoutError:
                peer.write(*(Answer(wire.SUBMIT_SM_RESP, submit.sequence, 0, "id") for submit in queue))
                queue.clear()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, window=10)
    await rig.bound()

    outcomes = await asyncio.gather(*(rig.submit() for _ in range(45)))

    assert {type(outcome) for outcome in outcomes} == {Taken}
    assert most == 10


async def test_far_more_than_the_window_is_turned_away(world):
    carrier = await world.carrier(answering(*[None] * 100))
    rig = await world.connect(carrier.port, window=2, close_timeout=0.1)
    await rig.bound()

    waiting = [rig.submit() for _ in range(11)]

    assert [future.done() for future in waiting] == [False] * 10 + [True]
    assert waiting[10].result() == Unreachable("the window is full")
    await rig.connector.close()
    outcomes = await asyncio.gather(*waiting)
    assert [type(outcome) for outcome in outcomes] == [Unknown] * 2 + [Unreachable] * 9


async def test_what_a_carrier_that_stops_reading_never_got_is_unreachable(world):
    async def script(peer: Peer):
        await peer.let_in()
        peer.writer.transport.pause_reading()
        await gone.wait()
        peer.writer.transport.abort()

    gone = asyncio.Event()
    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, window=10_000, long_text="payload")
    await rig.bound()
    waiting = []
    for _ in range(9_000):
        waiting.append(rig.submit(handover("x" * 1600)))
        if len(waiting) % 500 == 0:
            await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    gone.set()

    outcomes = await asyncio.gather(*waiting)

    kinds = [type(outcome) for outcome in outcomes]
    assert set(kinds) == {Unknown, Unreachable}
    assert kinds == sorted(kinds, key=lambda kind: kind is Unreachable)


async def test_submits_are_spread_over_the_binds(world):
    counts: list[int] = []

    async def script(peer: Peer):
        await peer.let_in()
        place = len(counts)
        counts.append(0)
        while True:
            submit = await peer.read_submit()
            counts[place] += 1
            peer.write(Answer(wire.SUBMIT_SM_RESP, submit.sequence, 0, "id"))

    carrier = await world.carrier(script, script)
    rig = await world.connect(carrier.port, binds=3, window=10)
    await rig.bound(3)
    assert rig.connector.room == 30

    await asyncio.gather(*(rig.submit() for _ in range(30)))

    assert counts == [10, 10, 10]


async def test_a_bind_that_dies_leaves_the_others_working(world):
    async def dying(peer: Peer):
        await peer.let_in()
        await die.wait()

    die = asyncio.Event()
    carrier = await world.carrier(dying)
    rig = await world.connect(carrier.port, binds=2, reconnect_first=30.0, reconnect_most=30.0)
    await rig.bound(2)

    die.set()
    await until(lambda: rig.connector.statistics.bound == 1)
    outcomes = await asyncio.gather(*(rig.submit() for _ in range(20)))

    assert {type(outcome) for outcome in outcomes} == {Taken}


async def test_a_pair_of_binds_sends_on_one_and_receives_on_the_other(world):
    modes: set[BindMode] = set()
    answers = []

    async def script(peer: Peer):
        bind = await peer.let_in()
        modes.add(bind.mode)
        if bind.mode is BindMode.RECEIVER:
            peer.write(receipt_pdu("r", sequence=1))
            answers.append(await peer.read())
        await peer.stay()

    carrier = await world.carrier(script, script)
    rig = await world.connect(carrier.port, mode="transmitter+receiver", window=5)
    await rig.bound(2)

    assert rig.connector.room == 5
    assert isinstance(await rig.submit(), Taken)
    await until(lambda: answers == [Answer(wire.DELIVER_SM_RESP, 1, 0, "")])
    assert modes == {BindMode.TRANSMITTER, BindMode.RECEIVER}


async def test_a_receiver_takes_no_submits(world):
    carrier = await world.carrier()
    rig = await world.connect(carrier.port, mode="receiver")
    await rig.bound()

    assert rig.connector.room == 0
    assert await rig.submit() == Unreachable("not bound")


async def test_the_wait_grows_while_the_carrier_keeps_throttling(world):
    carrier = await world.carrier(answering(*[wire.ESME_RTHROTTLED] * 3))
    rig = await world.connect(carrier.port, throttle_first=0.1, throttle_most=5.0)
    await rig.bound()

    waits = []
    for _ in range(3):
        outcome = await rig.submit()
        assert isinstance(outcome, Throttled)
        waits.append(outcome.wait)
        await asyncio.sleep(outcome.wait)

    assert 0.05 <= waits[0] <= 0.1 <= waits[1] <= 0.2 <= waits[2] <= 0.4
    assert isinstance(await rig.submit(), Taken)


async def test_what_smpp_cannot_carry_is_rejected_for_good(world):
    carrier = await world.carrier()
    rig = await world.connect(carrier.port)
    await rig.bound()

    outcome = await rig.submit(handover(source="a sender's name that is too long"))

    assert isinstance(outcome, Rejected)
    assert outcome.lasting


async def test_a_caller_that_fails_on_an_outcome_harms_nobody_else(world):
    carrier = await world.carrier()
    rig = await world.connect(carrier.port)
    await rig.bound()

    def broken(message, outcome):
        raise KeyError(message.id)

    rig.connector.hand_over(handover(), broken)

    assert isinstance(await rig.submit(), Taken)
    assert carrier.connections == 1


async def test_closing_waits_for_the_answers_in_flight_then_unbinds(world):
    said = []

    async def script(peer: Peer):
        await peer.let_in()
        submit = await peer.read_submit()
        await asyncio.sleep(0.2)
        peer.write(Answer(wire.SUBMIT_SM_RESP, submit.sequence, 0, "late but there"))
        unbind = await peer.read()
        said.append(unbind.command)
        peer.write(Answer(wire.UNBIND_RESP, unbind.sequence))
        said.append(await peer.read())

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await rig.bound()
    waiting = rig.submit()

    await rig.connector.close()

    assert waiting.result() == Taken(("late but there",), "test")
    assert rig.submit().result() == Unreachable("closing")
    await until(lambda: said == [wire.UNBIND, None])


async def test_closing_does_not_wait_for_ever(world):
    async def script(peer: Peer):
        await peer.let_in()
        while await peer.read() is not None:
            pass

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, close_timeout=0.2)
    await rig.bound()
    waiting = rig.submit()

    async with asyncio.timeout(10):
        await rig.connector.close()

    assert isinstance(waiting.result(), Unknown)


async def test_a_persons_text_is_passed_on_and_then_acknowledged(world):
    answers = []

    async def script(peer: Peer):
        await peer.let_in()
        peer.write(
            DeliverSm("436601234567", "55501", b"STOP", 0, source_ton=1, destination_ton=3, sequence=4)
        )
        answers.append(await peer.read())
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await until(lambda: answers == [Answer(wire.DELIVER_SM_RESP, 4, 0, "")])

    (inbound,) = rig.inbound
    assert (inbound.source, inbound.destination, inbound.text) == ("+436601234567", "55501", "STOP")
    assert (inbound.carrier, inbound.parts) == ("test", 1)
    assert inbound.at.tzinfo is not None


async def test_a_persons_long_text_arrives_as_one_though_its_carrier_waits_for_each_answer(world):
    answers = []

    async def script(peer: Peer):
        await peer.let_in()
        for number in (2, 1):
            header = bytes((5, 0, 3, 9, 2, number))
            peer.write(
                DeliverSm("436601234567", "55501", header + b"part %d;" % number, 0x40, sequence=number)
            )
            answers.append(await peer.read())
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port)
    await until(lambda: len(answers) == 2)

    assert [(inbound.text, inbound.parts) for inbound in rig.inbound] == [("part 1;part 2;", 2)]
    assert [answer.status for answer in answers] == [0, 0]


async def test_receipts_carry_the_carriers_name_state_code_and_date(world):
    async def script(peer: Peer):
        await peer.let_in()
        peer.write(receipt_pdu("a1", sequence=1), receipt_pdu("b2", stat="UNDELIV", err="001", sequence=2))
        await peer.stay()

    carrier = await world.carrier(script)
    rig = await world.connect(carrier.port, receipt_id_form="submit_hex", receipt_scheme="twilio")
    await until(lambda: len(rig.receipts) == 2)

    first, second = rig.receipts
    assert (first.carrier, first.provider_id, first.state, first.code) == (
        "test",
        "a1",
        ReceiptState.DELIVERED,
        None,
    )
    assert (second.state, second.code, second.done_date) == (ReceiptState.UNDELIVERED, 30003, "2611240301")
    assert len(rig.batches) == 1


async def test_the_counts_tell_what_happened(world):
    carrier = await world.carrier(answering(0, wire.ESME_RTHROTTLED, wire.ESME_RINVDSTADR, 0))
    rig = await world.connect(carrier.port)
    await rig.submit()
    await rig.bound()
    for _ in range(4):
        await rig.submit()

    counts = rig.connector.statistics

    assert (counts.outcomes.taken, counts.outcomes.throttled) == (2, 1)
    assert (counts.outcomes.rejected, counts.outcomes.unreachable, counts.outcomes.unknown) == (1, 1, 0)
    assert (counts.binds, counts.bound, counts.in_flight) == (1, 1, 0)


@pytest.fixture
def certificate(tmp_path):
    """A self-made certificate of 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smsc.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate_file, key_file


@pytest.fixture
async def tls_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def submit(session, pdu):
        session.answer(pdu, message_id="tls")
        for number in range(50):
            session.deliver(receipt_pdu(f"r{number}"), lambda status: None)

    server = SmppServer(on_bind=lambda session, bind: 0, on_submit=submit)
    yield await server.listen("localhost", 0, ssl=context)
    await server.close()


async def test_messages_and_receipts_travel_over_tls(world, certificate, tls_server):
    rig = await world.connect(tls_server, host="localhost", tls=True, tls_ca_file=str(certificate[0]))
    await rig.bound()

    assert await rig.submit() == Taken(("tls",), "test")
    await until(lambda: len(rig.receipts) == 50)


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(world, tls_server):
    rig = await world.connect(tls_server, host="localhost", tls=True)

    await asyncio.sleep(0.3)

    assert rig.connector.statistics.binds == 0


async def test_a_ca_file_that_is_not_there_is_told_at_once(tmp_path):
    rig = Rig(1, tls=True, tls_ca_file=str(tmp_path / "none.pem"))

    with pytest.raises(OSError, match="No such file"):
        await rig.connector.open()
