"""Tidings with a carrier that speaks HTTP: database, acceptance, a dispatcher and our doors, all in the test's loop."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from tests.api_home import ApiHome, api_home, now
from tests.messages.builders import draft

from tidings.carriers import doors
from tidings.carriers.connector import Connector, Inbound, OnRoom
from tidings.carriers.door import Door
from tidings.lanes.gauge import Gauges
from tidings.messages.accept import FACTS_LINGER_SECONDS, Acceptance, Accepted
from tidings.messages.arrivals import Arrivals
from tidings.messages.dispatch import DISPATCH_SETTINGS, Dispatcher, DispatchSettings
from tidings.messages.receive import Reception
from tidings.runtime.bell import Bell
from tidings.runtime.database import Database
from tidings.runtime.outbox import CHANNEL as FACTS

ENDS = {"delivered", "undelivered", "failed", "canceled"}


@dataclass
class Stack:
    db: Database
    home: ApiHome
    acceptance: Acceptance
    doors: dict[str, Door] = field(default_factory=dict)
    """By the name of the carrier; a test puts them there when it knows our address."""
    heard: list[Inbound] = field(default_factory=list)
    """What people wrote, once it was stored."""

    @property
    def url(self) -> str:
        return self.home.base_url

    async def send(self, **changes: Any) -> Accepted:
        accepted = await self.acceptance.accept(draft(**changes), now=datetime.now(UTC))
        assert isinstance(accepted, Accepted), accepted
        return accepted

    async def facts(self, accepted: Accepted) -> list[tuple[str, Any]]:
        async with self.db.connection() as connection:
            rows = await connection.fetch(
                "select kind, detail from facts where subject = $1 order by seq", accepted.id
            )
        return [(row["kind"].removeprefix("message."), row["detail"]) for row in rows]

    async def received(self) -> list[tuple[str, str, str]]:
        """Sender, recipient and text of what people wrote and somebody owns, oldest first."""
        async with self.db.connection() as connection:
            rows = await connection.fetch(
                "select sender, recipient, body from messages where direction = 'inbound' order by id"
            )
        return [(row["sender"], row["recipient"], row["body"]) for row in rows]

    async def until_heard(self, text: str) -> None:
        """Wait until somebody has written this."""
        deadline = time.monotonic() + 20
        while text not in [message.text for message in self.heard]:
            assert time.monotonic() < deadline, self.heard
            await asyncio.sleep(0.02)

    async def until(self, accepted: Accepted, *states: str) -> list[tuple[str, Any]]:
        """The facts of a message once one of these states was told of it; without any, once it has ended."""
        deadline = time.monotonic() + 20
        while True:
            facts = await self.facts(accepted)
            if any(kind in (states or ENDS) for kind, _ in facts):
                return facts
            assert time.monotonic() < deadline, facts
            await asyncio.sleep(0.02)

    async def knock(
        self, path: str, body: bytes, headers: dict[str, str], *, method: str = "POST"
    ) -> tuple[int, str, str]:
        """A request at our door: status, body, and type of the answer."""
        async with self.home.session.request(
            method, self.url + path, data=body or None, headers=headers
        ) as answer:
            return answer.status, await answer.text(), answer.headers.get("Content-Type", "")

    async def knock_with_form(self, path: str, form: dict[str, str], headers: dict[str, str]) -> int:
        async with self.home.session.post(self.url + path, data=form, headers=headers) as answer:
            return answer.status


@asynccontextmanager
async def stack(db: Database) -> AsyncIterator[Stack]:
    """Everything but a dispatcher; `dispatching` starts one."""
    bell = Bell(db, FACTS, linger_seconds=FACTS_LINGER_SECONDS)
    arrivals = Arrivals(db, facts=bell)
    reception = Reception(db, facts=bell, clock=now)
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=time.time))
    open_doors: dict[str, Door] = {}
    heard: list[Inbound] = []

    async def find(name: str) -> Door | None:
        return open_doors.get(name)

    async def on_inbound(messages: list[Inbound]) -> None:
        await reception.take(messages)
        heard.extend(messages)

    routes = doors.routes(find=find, on_receipts=arrivals.receive, on_inbound=on_inbound, clock=now)
    async with api_home(db, routes=routes) as home:
        yield Stack(db, home, acceptance, open_doors, heard)
    await acceptance.close()
    await arrivals.close()
    await bell.close()


@asynccontextmanager
async def dispatching(url: str, connect: Callable[[OnRoom], Connector]) -> AsyncIterator[Dispatcher]:
    """A dispatcher on the database at `url`, with the connector that `connect` makes."""
    db = await Database.connect(url, application_name="test dispatch", settings=DISPATCH_SETTINGS)
    dispatcher = Dispatcher(
        db,
        connect=lambda one: connect(one.on_room),
        settings=DispatchSettings(owner="one", lease=timedelta(seconds=3)),
        clock=time.time,
    )
    stopping = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stopping))
    try:
        yield dispatcher
    finally:
        stopping.set()
        try:
            await running
        finally:
            await db.close()


async def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """As a carrier posts to whatever address it was given."""
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status
