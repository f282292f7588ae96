"""A whole road out in one test: real PostgreSQL, our dispatcher, SMPP on a socket, the simulated carrier."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from tests.messages.builders import draft

from tidings.carriers.book import Book, CarrierEntry
from tidings.carriers.connector import Connector, Receipt
from tidings.carriers.keeper import Keeper, ReadBook
from tidings.carriers.kinds import Surroundings, kind_of
from tidings.carriers.simulator.serve import Addresses
from tidings.carriers.switchboard import Switchboard
from tidings.lanes.gauge import Gauges
from tidings.lanes.networks import KnownNetworks
from tidings.messages.accept import Acceptance, Accepted
from tidings.messages.dispatch import DISPATCH_SETTINGS, Dispatcher, DispatchSettings
from tidings.messages.ends import ends_of
from tidings.runtime.database import Connection, Database
from tidings.senders.services import Services

WINDOW = 64


@dataclass
class World:
    db: Database
    url: str
    acceptance: Acceptance
    carrier: Addresses
    session: aiohttp.ClientSession
    meter: "Meter"
    dispatchers: dict[str, "Running"] = field(default_factory=dict)

    async def send(self, **changes: Any) -> Accepted:
        """Accept a message that must not be refused."""
        accepted = await self.acceptance.accept(draft(**changes), now=datetime.now(UTC))
        assert isinstance(accepted, Accepted), accepted
        return accepted

    async def send_many(self, count: int, **changes: Any) -> list[Accepted]:
        """To `count` numbers that are delivered."""
        return list(
            await asyncio.gather(
                *(self.send(**({"recipient": f"+1415555{2000 + n:04d}"} | changes)) for n in range(count))
            )
        )

    async def dispatch(
        self,
        owner: str = "one",
        *,
        window: int = WINDOW,
        lease_seconds: float = 3.0,
        carrier_mps: float | None = None,
        read: ReadBook | None = None,
    ) -> "Running":
        """Start a dispatcher; one of the same name takes over at once. It sends through the world's carrier, or by the
        book that `read` gives, which is read again when the channel tells."""
        db = await Database.connect(self.url, application_name=f"test {owner}", settings=DISPATCH_SETTINGS)
        alone = Book((smpp_entry("simulator", self.carrier, window=window),))

        async def usual(_: Connection) -> Book:
            return alone

        dispatcher = Dispatcher(
            db,
            connect=switchboard_of,
            settings=DispatchSettings(
                owner=owner, lease=timedelta(seconds=lease_seconds), carrier_mps=carrier_mps
            ),
            clock=time.time,
            acceptance=self.acceptance,
        )
        assert isinstance(dispatcher.connector, Switchboard)
        keeper = Keeper(
            db, dispatcher.connector, owner=owner, read=read or usual, ends=ends_of, clock=time.time
        )
        await keeper.start()
        stopping = asyncio.Event()
        running = Running(
            dispatcher,
            db,
            stopping,
            asyncio.create_task(dispatcher.run(stopping)),
            keeper,
            asyncio.create_task(keeper.run()),
        )
        self.dispatchers[owner] = running
        return running

    async def states(self) -> dict[Any, str]:
        """The newest status of each message, by its id."""
        query = """select distinct on (subject) subject, kind from facts
                   where kind <> 'message.doubted' order by subject, seq desc"""
        async with self.db.connection() as connection:
            rows = await connection.fetch(query)
        return {row["subject"]: row["kind"].removeprefix("message.") for row in rows}

    async def facts(self, accepted: Accepted) -> list[tuple[str, Any]]:
        async with self.db.connection() as connection:
            rows = await connection.fetch(
                "select kind, detail from facts where subject = $1 order by seq", accepted.id
            )
        return [(row["kind"], row["detail"]) for row in rows]

    async def until(
        self, condition: Callable[[dict[Any, str]], bool], *, seconds: float = 20.0
    ) -> dict[Any, str]:
        """Wait until the states of all messages are as wanted."""
        deadline = time.monotonic() + seconds
        while True:
            states = await self.states()
            if condition(states):
                return states
            assert time.monotonic() < deadline, states
            await asyncio.sleep(0.02)

    async def settled(self, *, seconds: float = 20.0) -> dict[Any, str]:
        """Wait until every message has ended."""
        ended = {"delivered", "undelivered", "failed", "canceled"}
        return await self.until(lambda states: set(states.values()) <= ended, seconds=seconds)

    async def received(self) -> list[dict[str, Any]]:
        """What arrived at the carrier, in order."""
        async with self.session.get(f"{self.carrier.control_url}/received?limit=100000") as answer:
            found: list[dict[str, Any]] = await answer.json()
        return found

    async def fault(self, **fault: Any) -> None:
        async with self.session.post(f"{self.carrier.control_url}/fault", json=fault) as answer:
            assert answer.status < 300, await answer.text()

    async def personality(self, **personality: Any) -> None:
        async with self.session.put(f"{self.carrier.control_url}/personality", json=personality) as answer:
            assert answer.status < 300, await answer.text()

    async def count(self, table: str) -> int:
        async with self.db.connection() as connection:
            return int(await connection.fetchval(f"select count(*) from {table}"))


@dataclass
class Running:
    dispatcher: Dispatcher
    db: Database
    stopping: asyncio.Event
    task: "asyncio.Task[None]"
    keeper: Keeper
    keeping: "asyncio.Task[None]"

    @property
    def switchboard(self) -> Switchboard:
        assert isinstance(self.dispatcher.connector, Switchboard)
        return self.dispatcher.connector

    async def stop(self) -> None:
        """End it as SIGTERM does."""
        self.stopping.set()
        await self.task
        self.keeping.cancel()
        await asyncio.gather(self.keeping, return_exceptions=True)
        await self.keeper.stop()
        await self.db.close()

    async def vanish(self) -> None:
        """End it without a word, as a crash does: nothing more is written, nothing is given back."""
        self.task.cancel()
        self.keeping.cancel()
        await asyncio.gather(self.task, self.keeping, return_exceptions=True)
        await self.dispatcher.connector.close()
        await self.dispatcher.facts.close()
        await self.db.close()


def smpp_entry(name: str, at: Addresses, **settings: object) -> CarrierEntry:
    """A simulated carrier as it stands in the book."""
    given = {"host": at.smpp_host, "port": at.smpp_port, "system_id": "tidings", "password": "secret"}
    return CarrierEntry(name, "smpp", given | {"window": WINDOW} | settings)


def switchboard_of(dispatcher: Dispatcher) -> Switchboard:
    """Wired as the dispatch role wires it."""

    async def on_receipts(receipts: list[Receipt]) -> None:
        await dispatcher.on_receipts(receipts)
        board.hear(receipts)

    def make(entry: CarrierEntry) -> Connector:
        around = Surroundings(
            on_receipts, dispatcher.on_inbound, board.room_appeared, on_read=dispatcher.on_read
        )
        return kind_of(entry.kind).make(entry, around)

    board = Switchboard(make=make, on_room=dispatcher.on_room, clock=time.time)
    return board


CARRIER = """
import asyncio, contextlib, json, os, sys, time
from tidings.carriers.simulator.serve import SimulatorSettings, serve

latest = 0.0

async def metronome():
    "The meter's own error: how late its loop was at most."
    global latest
    while True:
        due = time.monotonic() + 0.002
        await asyncio.sleep(0.002)
        latest = max(latest, time.monotonic() - due)

async def main():
    global latest
    stop = asyncio.Event()

    def hear():
        global latest
        if os.read(0, 100):
            print(json.dumps(latest), flush=True)
            latest = 0.0
        else:
            stop.set()

    asyncio.get_running_loop().add_reader(0, hear)
    beat = asyncio.create_task(metronome())
    def ready(at):
        print(json.dumps([at.smpp_host, at.smpp_port, at.control_url]), flush=True)
    await serve(SimulatorSettings(system_id="tidings", password="secret"), ready=ready, stop=stop)

with contextlib.suppress(PermissionError):
    # It measures arrivals: where that is allowed, nothing shall make it late.
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
asyncio.run(main())
"""


@dataclass
class Meter:
    """The simulated carrier in a process of its own, so that nothing of ours delays what it measures."""

    process: asyncio.subprocess.Process
    addresses: Addresses

    async def error_seconds(self) -> float:
        """How late the meter itself was at most since it was last asked: arrivals are known no better than this."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"?")
        return float(json.loads(await self.process.stdout.readline()))


@asynccontextmanager
async def carrier() -> AsyncIterator[Meter]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CARRIER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield Meter(process, Addresses(*json.loads(await process.stdout.readline())))
    process.stdin.close()
    await process.wait()


@asynccontextmanager
async def world(db: Database, url: str) -> AsyncIterator[World]:
    networks = KnownNetworks(db, monotonic=time.monotonic)
    gauges = Gauges(db, default_limit_seconds=36_000, clock=time.time)
    services = Services(db, monotonic=time.monotonic, trust_seconds=0)
    acceptance = Acceptance(db, gauges, networks=networks, services=services)
    async with carrier() as meter, aiohttp.ClientSession() as session:
        built = World(db, url, acceptance, meter.addresses, session, meter)
        yield built
        for running in built.dispatchers.values():
            if not running.task.done():
                await running.stop()
    await acceptance.close()
    await networks.close()
