"""A client of the simulated carrier for tests: raw PDUs over a socket, receipts collected as they come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from tidings.carriers.simulator.serve import Addresses, SimulatorSettings, serve
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import Answer, Bind, BindMode, DeliverSm, Request, SubmitSm

PATIENCE_SECONDS = 30.0


class Esme:
    """One connection. Every deliver_sm is kept in `delivered` and answered with `answers_with`.

    `answers_with` None leaves them unanswered.
    """

    def __init__(self, reader, writer):
        self.delivered: asyncio.Queue[DeliverSm] = asyncio.Queue()
        self.answers_with: int | None = wire.ESME_ROK
        self.closed = asyncio.Event()
        self._reader, self._writer = reader, writer
        self._sequence = 0
        self._awaited: dict[int, asyncio.Future[Answer]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, addresses: Addresses) -> "Esme":
        return cls(*await asyncio.open_connection(addresses.smpp_host, addresses.smpp_port))

    async def ask(self, pdu) -> Answer:
        """The answer to a request."""
        return await asyncio.wait_for(self.send(pdu), PATIENCE_SECONDS)

    def send(self, pdu) -> "asyncio.Future[Answer]":
        """Write a request; its answer will come, or not."""
        self._sequence += 1
        pdu.sequence = self._sequence
        self._awaited[pdu.sequence] = asyncio.get_running_loop().create_future()
        self._writer.write(pdu.encode())
        return self._awaited[pdu.sequence]

    async def bind(self, mode=BindMode.TRANSCEIVER, system_id="acme", password="secret") -> Answer:
        return await self.ask(Bind(mode, system_id, password))

    async def submit(self, to: str, text: bytes = b"Hello", *, source: str = "55501", **more) -> Answer:
        return await self.ask(submission(to, text, source=source, **more))

    async def enquire(self) -> Answer:
        return await self.ask(Request(wire.ENQUIRE_LINK))

    async def next(self) -> DeliverSm:
        """The next receipt or inbound message."""
        return await asyncio.wait_for(self.delivered.get(), PATIENCE_SECONDS)

    async def silence(self, seconds: float) -> None:
        """Nothing is delivered for so long."""
        await asyncio.sleep(seconds)
        assert self.delivered.empty(), self.delivered.get_nowait()

    async def close(self) -> None:
        self._reading.cancel()
        self._writer.close()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        buffer = b""
        try:
            while data := await self._reader.read(65_536):
                pdus, used = wire.decode(buffer + data)
                buffer = (buffer + data)[used:]
                for pdu in pdus:
                    self._take(pdu)
        except ConnectionError:
            pass
        self.closed.set()

    def _take(self, pdu) -> None:
        if isinstance(pdu, DeliverSm):
            self.delivered.put_nowait(pdu)
            if self.answers_with is not None:
                answer = Answer(wire.DELIVER_SM_RESP, pdu.sequence, self.answers_with)
                self._writer.write(answer.encode())
        elif isinstance(pdu, Answer) and not self._awaited[pdu.sequence].done():
            self._awaited[pdu.sequence].set_result(pdu)


def submission(to: str, text: bytes = b"Hello", *, source: str = "55501", **more) -> SubmitSm:
    """A submit_sm to an international number, asking for a receipt."""
    fields = {"registered_delivery": 1, "destination_ton": 1, "destination_npi": 1, "source_ton": 3} | more
    return SubmitSm(source, to, text, **fields)


@dataclass
class World:
    """A running simulator, its control API and the clients that a test connects."""

    addresses: Addresses
    http: aiohttp.ClientSession
    esmes: list[Esme]

    async def connect(self) -> Esme:
        esme = await Esme.connect(self.addresses)
        self.esmes.append(esme)
        return esme

    async def bound(self, mode=BindMode.TRANSCEIVER) -> Esme:
        esme = await self.connect()
        assert (await esme.bind(mode)).status == wire.ESME_ROK
        return esme

    async def call(self, method: str, path: str, *, status: int = 200, **request):
        """The JSON of an answer of the control API."""
        async with self.http.request(method, self.addresses.control_url + path, **request) as answer:
            assert answer.status == status, await answer.text()
            assert answer.content_type == "application/json"
            return await answer.json()

    async def behave(self, **personality) -> None:
        await self.call("PUT", "/personality", json=personality)

    async def fault(self, kind: str, **measure) -> None:
        await self.call("POST", "/fault", json={"kind": kind, **measure})

    async def received(self) -> list[dict]:
        return await self.call("GET", "/received")


@asynccontextmanager
async def simulated(**settings) -> AsyncIterator[World]:
    """A simulator for the length of a block."""
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    chosen = SimulatorSettings(**({"system_id": "acme", "password": "secret"} | settings))
    serving = asyncio.create_task(serve(chosen, ready=ready.set_result, stop=stop))
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    async with aiohttp.ClientSession() as http:
        world = World(ready.result(), http, [])
        try:
            yield world
        finally:
            for esme in world.esmes:
                await esme.close()
            stop.set()
            await asyncio.wait_for(serving, PATIENCE_SECONDS)
