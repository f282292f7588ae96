"""A second Tidings that plays Twilio: its own database, API, dispatcher, simulated carrier and callbacks."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from tests.api_home import SEALER, ApiHome, api_home, now
from tests.carriers.stack import dispatching
from tests.conftest import _fresh

from tidings.accounts import Opened, tokens
from tidings.carriers.connector import OnRoom
from tidings.carriers.simulator.serve import Addresses, SimulatorSettings, serve
from tidings.carriers.smpp.connector import SmppConnector
from tidings.carriers.smpp.settings import SmppSettings
from tidings.messages.receive import Reception
from tidings.runtime.bell import Bell
from tidings.runtime.database import Database
from tidings.runtime.embedded_postgres import EmbeddedPostgres
from tidings.runtime.outbox import CHANNEL as FACTS
from tidings.webhooks import tell

SHOP = "55501"
_numbers = itertools.count(1)


@dataclass
class Upstream:
    db: Database
    db_url: str
    home: ApiHome
    account: Opened
    carrier: Addresses

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        async with self.home.session.request(method, self.carrier.control_url + path, json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.status != 204 else None

    async def tell_of_messages_at(self, url: str) -> None:
        """The webhook of the sender, as its owner sets it."""
        async with self.db.connection() as connection:
            await connection.execute("update senders set sms_url = $1", url)

    async def arrived(self) -> list[dict[str, Any]]:
        """What reached the phones' network."""
        found: list[dict[str, Any]] = await self.control("GET", "/received?limit=1000")
        return found


@pytest.fixture
async def upstream(
    postgres: EmbeddedPostgres, _template: dict[str, str], db: Database
) -> AsyncIterator[Upstream]:
    # `db` is ours, and made first: the template of both is there by then.
    name = f"upstream_{next(_numbers)}"
    async for url in _fresh(postgres, name, template=_template["name"]):
        theirs = await Database.connect(url, application_name="test upstream")
        async with running(theirs, url) as built:
            yield built
        await theirs.close()


@asynccontextmanager
async def running(db: Database, url: str) -> AsyncIterator[Upstream]:
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    settings = SimulatorSettings(system_id="tidings", password="secret")
    simulated = asyncio.create_task(serve(settings, ready=ready.set_result, stop=stop))
    carrier: Addresses = await ready
    bell = Bell(db, FACTS)
    reception = Reception(db, facts=bell, clock=now)

    async def token_of(account: UUID) -> str | None:
        async with db.connection() as connection:
            return (await tokens(connection, account, sealer=SEALER)).get("primary")

    def connect(on_room: OnRoom) -> SmppConnector:
        return SmppConnector(
            "simulator",
            SmppSettings(
                host=carrier.smpp_host, port=carrier.smpp_port, system_id="tidings", password="secret"
            ),
            on_receipts=lambda receipts: dispatcher.on_receipts(receipts),
            on_inbound=lambda messages: reception.take(messages),
            on_room=on_room,
        )

    async with api_home(db) as home, dispatching(url, connect) as dispatcher:
        account = await home.open_account("Upstream")
        await home.give_sender(account, SHOP, mps=100.0)
        telling = asyncio.create_task(tell.run(db, token_of, allow_private=True, stopping=stop))
        yield Upstream(db, url, home, account, carrier)
        stop.set()
        await telling
    await bell.close()
    await simulated
