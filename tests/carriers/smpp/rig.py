"""Two ends to test with: a connector that notes all it says, and a carrier that does as a script tells."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

from tidings.carriers.connector import Handover, Inbound, Outcome, Receipt
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.connector import SmppConnector
from tidings.carriers.smpp.pdu import Answer, Bind, DeliverSm, Pdu, Request, SubmitSm
from tidings.carriers.smpp.settings import SmppSettings
from tidings.kernel.segments import measure


def handover(
    text: str = "hello", *, source: str = "+15005550006", destination: str = "+436601234567"
) -> Handover:
    counted = measure(text)
    return Handover(
        id=uuid4(),
        bucket=3,
        source=source,
        destination=destination,
        text=text,
        encoding=counted.encoding,
        segments=counted.segments,
        expires_at=time.time() + 3600,
    )


def receipt_pdu(
    provider_id: str, *, stat: str = "DELIVRD", err: str = "000", sequence: int = 0, **fields: object
) -> DeliverSm:
    text = (
        f"id:{provider_id} sub:001 dlvrd:001 submit date:2611240300 done date:2611240301 "
        f"stat:{stat} err:{err} text:hello"
    )
    return DeliverSm("436601234567", "15005550006", text.encode(), esm_class=4, sequence=sequence, **fields)


class Rig:
    """An open connector. `submit` gives a future of the outcome and fails on a second one."""

    def __init__(self, port: int, **settings: object) -> None:
        self.receipts: list[Receipt] = []
        self.batches: list[list[Receipt]] = []
        self.inbound: list[Inbound] = []
        self.room_calls = 0
        self.told_twice = 0
        self.store: Callable[[list[Receipt]], Awaitable[None]] | None = None
        given = {
            "host": "127.0.0.1",
            "port": port,
            "system_id": "me",
            "password": "a password over eight characters",
            "reconnect_first": 0.05,
            "reconnect_most": 0.2,
            "close_timeout": 1.0,
            **settings,
        }
        self.connector = SmppConnector(
            "test",
            SmppSettings.parse(given),
            on_receipts=self._on_receipts,
            on_inbound=self._on_inbound,
            on_room=self._on_room,
        )

    async def _on_receipts(self, batch: list[Receipt]) -> None:
        if self.store is not None:
            await self.store(batch)
        self.batches.append(batch)
        self.receipts += batch

    async def _on_inbound(self, batch: list[Inbound]) -> None:
        self.inbound += batch

    def _on_room(self) -> None:
        self.room_calls += 1

    def submit(self, message: Handover | None = None) -> "asyncio.Future[Outcome]":
        told: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def done(_message: Handover, outcome: Outcome) -> None:
            if told.done():
                self.told_twice += 1
            else:
                told.set_result(outcome)

        self.connector.hand_over(message or handover(), done)
        return told

    async def bound(self, binds: int = 1) -> None:
        await until(lambda: self.connector.statistics.bound >= binds)


class Peer:
    """The carrier's end of one connection: reads and writes PDUs, or any bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._buffer = b""
        self._found: list[Pdu] = []

    async def read(self) -> Pdu | None:
        """The next PDU, None at the end of the connection."""
        while not self._found:
            try:
                data = await self.reader.read(65_536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._found, used = wire.decode(self._buffer + data)
            self._buffer = (self._buffer + data)[used:]
        return self._found.pop(0)

    async def read_submit(self) -> SubmitSm:
        """The next submit_sm; enquiries on the way are answered."""
        while True:
            pdu = await self.read()
            if isinstance(pdu, SubmitSm):
                return pdu
            if pdu is None:
                raise EOFError
            if isinstance(pdu, Request):
                self.write(Answer(pdu.command | wire.RESPONSE, pdu.sequence))

    def write(self, *what: Pdu | bytes) -> None:
        self.writer.write(b"".join(item if isinstance(item, bytes) else item.encode() for item in what))

    async def read_bind(self) -> Bind:
        """The bind that must come first; a client that is stopped may go without one."""
        bind = await self.read()
        if bind is None:
            raise EOFError
        assert isinstance(bind, Bind), bind
        return bind

    async def let_in(self) -> Bind:
        """Answer the bind that must come first."""
        bind = await self.read_bind()
        self.write(Answer(bind.command | wire.RESPONSE, bind.sequence, 0, "carrier"))
        return bind

    async def stay(self) -> None:
        """Answer what a decent carrier answers, until the other side goes."""
        while (pdu := await self.read()) is not None:
            if isinstance(pdu, SubmitSm) and pdu.command == wire.SUBMIT_SM:
                self.write(Answer(wire.SUBMIT_SM_RESP, pdu.sequence, 0, f"id-{pdu.sequence}"))
            elif isinstance(pdu, Request):
                self.write(Answer(pdu.command | wire.RESPONSE, pdu.sequence))


class Carrier:
    """Runs `script` for the first connection and `then` for each later one."""

    def __init__(
        self,
        script: Callable[[Peer], Awaitable[None]],
        then: Callable[[Peer], Awaitable[None]],
        port: int = 0,
    ) -> None:
        self._script, self._then, self.port = script, then, port
        self.connections = 0
        self.faults: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Carrier":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        assert self.faults == [], self.faults

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await (self._script if self.connections == 1 else self._then)(Peer(reader, writer))
        except (EOFError, ConnectionError, asyncio.CancelledError):
            pass
        except BaseException as fault:
            self.faults.append(fault)
        finally:
            self._tasks.discard(task)
            writer.close()


async def decent(peer: Peer) -> None:
    """A carrier without faults."""
    await peer.let_in()
    await peer.stay()


async def until(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Wait for a condition; generous, for a busy machine."""
    async with asyncio.timeout(seconds):
        while not condition():  # what is waited for has no event
            await asyncio.sleep(0.005)
