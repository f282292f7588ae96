"""Other people's SMPP on the other end of real sockets: smpp34 both ways, aiosmpplib as a client."""

import asyncio
import contextlib
import socket

import aiosmpplib
import pytest
import smpp34
from tests.carriers.smpp.rig import handover, receipt_pdu, until

from tidings.carriers.connector import ReceiptState, Rejected, Taken, Throttled
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.server import SmppServer
from tidings.carriers.smpp.text import read

LONG = "Grüezi € " * 40


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
async def smpp34_server():
    """smpp34 as the carrier: answers by destination, and sends a receipt for what it accepts."""
    port = free_port()
    server = smpp34.Server("127.0.0.1", port, system_id="PEER")
    await server.start()
    seen = []
    sessions = {}

    async def serve():
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                sessions[event.session_id] = event
            elif isinstance(event, smpp34.SubmitSmEvent):
                seen.append(event)
                if event.destination_addr.endswith("0021"):
                    event.reject(smpp34.ESME_RINVDSTADR)
                elif event.destination_addr.endswith("0020"):
                    event.reject(smpp34.ESME_RTHROTTLED)
                else:
                    event.accept(f"peer-{len(seen)}")
                    text = receipt_pdu(f"peer-{len(seen)}").short_message
                    await sessions[event.session_id].deliver_sm(
                        event.source_addr, text, source_addr=event.destination_addr, esm_class=4
                    )

    serving = asyncio.create_task(serve())
    yield port, seen
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving
    await server.stop()


async def test_our_client_speaks_with_an_smpp34_server(world, smpp34_server):
    port, seen = smpp34_server
    rig = await world.connect(port)
    await rig.bound()

    taken = await rig.submit(handover("hello"))
    rejected = await rig.submit(handover(destination="+436600000021"))
    throttled = await rig.submit(handover(destination="+436600000020"))
    long = await rig.submit(handover(LONG))
    await until(lambda: len(rig.receipts) == 1 + len(long.provider_ids))

    assert taken == Taken(("peer-1",), "test")
    assert isinstance(rejected, Rejected)
    assert rejected.code == 21211
    assert isinstance(throttled, Throttled)
    assert {receipt.state for receipt in rig.receipts} == {ReceiptState.DELIVERED}
    assert {receipt.provider_id for receipt in rig.receipts} == {"peer-1", *long.provider_ids}
    assert (seen[0].source_addr, seen[0].source_addr_ton, seen[0].registered_delivery) == (
        "15005550006",
        1,
        1,
    )
    assert [event.esm_class for event in seen[3:]] == [0x40] * len(long.provider_ids)


@pytest.fixture
async def our_server():
    """Our server: takes one password, notes texts, and sends a receipt and a reply for each submit."""
    texts = []

    def submit(session, pdu):
        if pdu.destination.endswith("0020"):
            session.answer(pdu, status=wire.ESME_RTHROTTLED)
            return
        texts.append(read(pdu)[0])
        session.answer(pdu, message_id=f"ours-{len(texts)}")
        if session.receives:
            receipt = receipt_pdu(f"ours-{len(texts)}")
            receipt.source, receipt.destination = pdu.destination, pdu.source
            session.deliver(receipt, statuses.append)

    statuses = []
    server = SmppServer(
        on_bind=lambda session, bind: 0 if bind.password == "pw" else wire.ESME_RINVPASWD, on_submit=submit
    )
    server.texts, server.statuses = texts, statuses
    server.port = await server.listen("127.0.0.1", 0)
    yield server
    await server.close()


@pytest.mark.parametrize("bind_type", ["TRX", "TX"])
async def test_an_smpp34_client_speaks_with_our_server(our_server, bind_type):
    client = smpp34.Client("127.0.0.1", our_server.port, "me", "pw", bind_type=bind_type)
    session = await client.connect()

    answer = await session.submit_sm("436601234567", b"hello", source_addr="55501", registered_delivery=1)
    throttled = await session.submit_sm("436600000020", b"hello", source_addr="55501")
    answers = await asyncio.gather(
        *(session.submit_sm("436601234567", b"%d" % n, source_addr="55501") for n in range(50))
    )

    assert (answer.message_id, answer.command_status) == ("ours-1", 0)
    assert throttled.command_status == wire.ESME_RTHROTTLED
    assert [each.command_status for each in answers] == [0] * 50
    if bind_type == "TRX":
        event = await session.next()
        assert event.short_message.startswith(b"id:ours-1 ")
        await until(lambda: our_server.statuses == [0] * 51)
    await session.unbind()
    await client.stop()


async def test_our_server_lets_no_smpp34_client_in_with_a_wrong_password(our_server):
    client = smpp34.Client(
        "127.0.0.1", our_server.port, "me", "guess", bind_type="TRX", connect_timeout_ms=500
    )

    with pytest.raises(smpp34.SmppError):
        await client.connect()

    assert [session.bind for session in our_server.sessions] == [None] * len(our_server.sessions)
    await client.stop()


class Notes(aiosmpplib.AbstractHook):
    def __init__(self):
        self.received_pdus = []

    async def sending(self, smpp_message, pdu, client_id):
        return

    async def received(self, smpp_message, pdu, client_id):
        self.received_pdus.append(smpp_message)

    async def send_error(self, smpp_message, error, client_id):
        raise error


async def test_an_aiosmpplib_client_speaks_with_our_server(our_server):
    notes, broker = Notes(), aiosmpplib.broker.SimpleBroker()
    esme = aiosmpplib.ESME(
        "127.0.0.1", our_server.port, "me", "pw", hook=notes, broker=broker, log_level="ERROR"
    )
    running = asyncio.create_task(esme.start())
    number = aiosmpplib.PhoneNumber("436601234567")
    for place, text in enumerate(["hello", LONG]):
        await broker.enqueue(
            aiosmpplib.SubmitSm(
                short_message=text,
                source=aiosmpplib.PhoneNumber("55501"),
                destination=number,
                log_id=f"m{place}",
                esm_class=0b01000000 if place else 0,
                auto_message_payload=not place,
            )
        )

    await until(lambda: "".join(our_server.texts) == "hello" + LONG)
    await until(lambda: len(our_server.statuses) == len(our_server.texts))

    assert set(our_server.statuses) == {0}
    kinds = {type(pdu).__name__ for pdu in notes.received_pdus}
    assert {"SubmitSmResp", "DeliverSm"} <= kinds
    socket = esme._writer  # the library says goodbye on it, and never closes it
    await esme.stop()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    socket.close()
