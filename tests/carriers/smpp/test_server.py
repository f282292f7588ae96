"""The server on a real socket, spoken to in raw PDUs."""

import asyncio
import time

import pytest

from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import Answer, Bind, BindMode, DeliverSm, Request, SubmitSm
from tidings.carriers.smpp.server import SmppServer


class RawClient:
    """Writes PDUs and reads PDUs, and nothing else."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.buffer, self.found = reader, writer, b"", []

    @classmethod
    async def connect(cls, port):
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def write(self, *pdus):
        self.writer.write(b"".join(pdu.encode() for pdu in pdus))

    async def read(self):
        """The next PDU, or None at the end of the connection."""
        while not self.found:
            try:
                data = await self.reader.read(65_536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self.found, used = wire.decode(self.buffer + data)
            self.buffer = (self.buffer + data)[used:]
        return self.found.pop(0)

    async def bind(self, mode=BindMode.TRANSCEIVER, password="pw"):
        self.write(Bind(mode, "me", password, sequence=1))
        return await self.read()

    async def close(self):
        self.writer.close()


@pytest.fixture
async def served():
    """A server that takes the password "pw" and answers each submit with its destination as id."""
    gone = []
    server = SmppServer(
        on_bind=lambda session, bind: 0 if bind.password == "pw" else wire.ESME_RINVPASWD,
        on_submit=lambda session, submit: session.answer(submit, message_id=submit.destination),
        on_gone=gone.append,
    )
    server.gone = gone
    server.port = await server.listen("127.0.0.1", 0)
    yield server
    await server.close()
    assert not server.sessions


async def test_a_client_binds_submits_and_leaves(served):
    client = await RawClient.connect(served.port)

    assert await client.bind() == Answer(wire.RESPONSE | 9, 1, 0, "tidings")
    client.write(SubmitSm("1", "+4366012", b"hi", sequence=2), Request(wire.ENQUIRE_LINK, 3))
    answers = sorted([await client.read(), await client.read()], key=lambda answer: answer.sequence)
    assert answers == [Answer(wire.SUBMIT_SM_RESP, 2, 0, "+4366012"), Answer(wire.ENQUIRE_LINK_RESP, 3)]
    client.write(Request(wire.UNBIND, 4))
    assert await client.read() == Answer(wire.UNBIND_RESP, 4)
    assert await client.read() is None
    await client.close()


async def test_a_wrong_password_is_refused_and_may_be_tried_again(served):
    client = await RawClient.connect(served.port)

    assert (await client.bind(password="guess")).status == wire.ESME_RINVPASWD
    client.write(SubmitSm("1", "2", b"hi", sequence=2))
    assert (await client.read()).status == wire.ESME_RINVBNDSTS
    assert (await client.bind()).status == 0
    await client.close()


async def test_a_delivery_reports_the_clients_answer(served):
    client = await RawClient.connect(served.port)
    await client.bind(BindMode.RECEIVER)
    (session,) = served.sessions
    answered = asyncio.get_running_loop().create_future()

    session.deliver(DeliverSm("1", "2", b"hi"), answered.set_result)
    delivered = await client.read()
    assert session.waiting == 1
    client.write(Answer(wire.DELIVER_SM_RESP, delivered.sequence, wire.ESME_RX_T_APPN))

    assert await answered == wire.ESME_RX_T_APPN
    assert session.waiting == 0
    await client.close()


async def test_a_delivery_to_a_client_that_goes_away_reports_none(served):
    client = await RawClient.connect(served.port)
    await client.bind()
    (session,) = served.sessions
    answered = asyncio.get_running_loop().create_future()

    session.deliver(DeliverSm("1", "2", b"hi"), answered.set_result)
    await client.read()
    await client.close()

    assert await answered is None
    assert served.gone == [session]
    late = []
    session.deliver(DeliverSm("1", "2", b"hi"), late.append)
    assert late == [None]


async def test_a_transmitter_gets_no_deliveries(served):
    client = await RawClient.connect(served.port)
    await client.bind(BindMode.TRANSMITTER)
    (session,) = served.sessions
    refused = []

    session.deliver(DeliverSm("1", "2", b"hi"), refused.append)

    assert refused == [None]
    await client.close()


async def test_a_connection_that_never_binds_is_dropped():
    server = SmppServer(on_bind=lambda *_: 0, on_submit=lambda *_: None, bind_timeout=0.1)
    port = await server.listen("127.0.0.1", 0)
    client = await RawClient.connect(port)

    assert await client.read() is None
    await client.close()
    await server.close()


async def test_garbage_closes_the_connection(served):
    client = await RawClient.connect(served.port)
    await client.bind()

    client.writer.write(b"GET / HTTP/1.1\r\n\r\n")

    assert await client.read() is None
    await client.close()


async def test_a_silent_server_takes_and_answers_nothing_until_it_speaks_again(served):
    client = await RawClient.connect(served.port)
    await client.bind()

    served.silent = True
    client.write(SubmitSm("1", "lost", b"hi", sequence=2), Request(wire.ENQUIRE_LINK, 3))
    await asyncio.sleep(0.1)
    served.silent = False
    client.write(SubmitSm("1", "taken", b"hi", sequence=4))

    assert await client.read() == Answer(wire.SUBMIT_SM_RESP, 4, 0, "taken")
    await client.close()


async def test_an_arrival_is_dated_by_the_bytes_that_brought_it(served):
    arrivals = asyncio.Queue()
    served.on_submit = lambda session, submit: arrivals.put_nowait(session.arrived_at)
    client = await RawClient.connect(served.port)
    await client.bind()

    before = time.time()
    client.write(SubmitSm("1", "2", b"hi", sequence=2))

    assert before <= await arrivals.get() <= time.time()
    await client.close()
