"""A carrier in a process of its own that can be killed: what arrived is in a file before it is answered."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tidings.carriers.book import CarrierEntry

SCRIPT = """
import asyncio, os, sys, time
from tidings.carriers.smpp.pdu import DeliverSm
from tidings.carriers.smpp.server import SmppServer

arrivals = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
receipt_seconds = float(sys.argv[2])
taken = 0

async def main():
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(0, lambda: None if os.read(0, 100) else stop.set())

    def submitted(session, submit):
        global taken
        taken += 1
        id = f"{os.getpid()}-{taken}"
        os.write(arrivals, f"{time.time()} +{submit.destination}\\n".encode())
        session.answer(submit, message_id=id)
        loop.call_later(receipt_seconds, tell, id, submit)

    def tell(id, submit):
        text = f"id:{id} sub:001 dlvrd:001 submit date:2611240300 done date:2611240301 stat:DELIVRD err:000 text:"
        for session in server.sessions:
            if session.receives:
                receipt = DeliverSm(submit.destination, submit.source, text.encode(), esm_class=4)
                session.deliver(receipt, lambda status: None)
                break

    server = SmppServer(on_bind=lambda session, bind: 0, on_submit=submitted)
    print(await server.listen("127.0.0.1", 0), flush=True)
    await stop.wait()
    await server.close()

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """`at` in epoch seconds, by the carrier's clock."""

    at: float
    destination: str


@dataclass
class FrailCarrier:
    name: str
    port: int
    file: Path
    process: asyncio.subprocess.Process

    def entry(self, **settings: object) -> CarrierEntry:
        """As it stands in the book."""
        given = {"host": "127.0.0.1", "port": self.port, "system_id": "tidings", "password": "secret"}
        return CarrierEntry(self.name, "smpp", given | {"window": 32, "reconnect_most": 1.0} | settings)

    def arrivals(self) -> list[Arrival]:
        """Everything that reached it, whether it lives or not."""
        told = self.file.read_text() if self.file.exists() else ""
        lines = told[: told.rfind("\n") + 1].splitlines()  # the last one may be half written
        return [Arrival(float(at), destination) for at, destination in (line.split() for line in lines)]

    def stop(self) -> None:
        """It answers nothing from now on, and its connections stay."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)


@asynccontextmanager
async def frail_carrier(
    folder: Path, name: str, *, receipt_seconds: float = 0.4
) -> AsyncIterator[FrailCarrier]:
    file = folder / f"{name}.arrivals"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SCRIPT, str(file), str(receipt_seconds)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield FrailCarrier(name, int(await process.stdout.readline()), file, process)
    process.stdin.close()
    await process.wait()
