"""An account with a sender and a service, behind a real door."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from tests.api_home import ApiHome, Reply, api_home, now

from tidings.accounts import Opened
from tidings.compliance.opt_outs import Answer, Heard, hear
from tidings.runtime.database import Database

SHOP, ANNA, BERT = "+14155550100", "+14155552671", "+14155552672"


@dataclass
class Shop:
    """What an account says to the register, and what people say to its sender and its service."""

    home: ApiHome
    opened: Opened
    service: str
    """SID of its messaging service."""

    async def ask(self, method: str, path: str, **sent: Any) -> Reply:
        return await self.home.ask(method, path, as_=self.opened, **sent)

    async def hear(self, text: str, *, person: str = ANNA, in_service: bool = False) -> Answer:
        account = self.opened.account.id
        service = self.service_id if in_service else None
        heard = Heard(account, service, SHOP, "long_code", person, "US", text, uuid4())
        async with self.home.db.transaction() as connection:
            return (await hear(connection, [heard], now=now()))[0]

    @property
    def service_id(self) -> Any:
        from tidings.kernel.sid import Sid

        sid = Sid.parse(self.service, "MG")
        assert sid is not None
        return sid.uuid

    async def opt_outs(self, query: str = "") -> list[dict[str, Any]]:
        reply = await self.ask("GET", f"/tidings/v1/opt-outs{query}")
        assert reply.status == 200, reply.text
        return reply.body["opt_outs"]


async def open_shop(home: ApiHome, sender: str = SHOP) -> Shop:
    opened = await home.open_account()
    await home.give_sender(opened, sender)
    id = uuid4()
    async with home.db.connection() as connection:
        await connection.execute(
            "insert into services (id, account, friendly_name, created_at, updated_at) "
            "values ($1, $2, 'Shop', now(), now())",
            id,
            opened.account.id,
        )
    return Shop(home, opened, f"MG{id.hex}")


@pytest.fixture
async def shop(db: Database) -> AsyncIterator[Shop]:
    async with api_home(db) as home:
        yield await open_shop(home)
