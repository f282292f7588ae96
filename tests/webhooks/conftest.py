"""Messages and facts as the heart writes them, an endpoint, and a running teller."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.webhooks.certificates import Certificates
from tests.webhooks.endpoint import Endpoint

from tidings.kernel.sid import mint
from tidings.runtime import outbox
from tidings.runtime.database import Database
from tidings.runtime.outbox import NewFact
from tidings.webhooks import tell

AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
BUCKET = 7


@dataclass
class World:
    """One account, whose messages are written as the heart writes them."""

    db: Database
    account: UUID = field(default_factory=uuid4)
    bucket: int = BUCKET

    async def message(
        self,
        url: str | None,
        *,
        service: UUID | None = None,
        bucket: int | None = None,
        account: UUID | None = None,
    ) -> UUID:
        bucket = self.bucket if bucket is None else bucket
        id = mint(datetime.now(UTC), os.urandom(10), bucket)
        async with self.db.connection() as connection:
            await connection.execute(
                "insert into messages (id, bucket, account, direction, sender, recipient, body, ucs2, segments,"
                " priority, lane, flow, resend, created_at, service, status_callback)"
                " values ($1, $2, $3, 'outbound-api', '+15005550006', '+14155550123', 'hi', false, 1, 1, 1, 0, true,"
                " now(), $4, $5)",
                id,
                bucket,
                account or self.account,
                service,
                url,
            )
        return id

    async def happen(
        self, message: UUID, *kinds: str, detail: dict[str, Any] | None = None, bucket: int | None = None
    ) -> None:
        bucket = self.bucket if bucket is None else bucket
        now = datetime.now(UTC)
        async with self.db.transaction() as connection:
            await outbox.append(
                connection,
                [NewFact(bucket, now, self.account, message, f"message.{kind}", detail) for kind in kinds],
            )
        async with self.db.connection() as connection:
            await connection.execute("select pg_notify('facts', $1)", str(bucket))

    async def tell(self, url: str, *kinds: str, **more: Any) -> UUID:
        """A message to be told to `url`, to which this happens."""
        message = await self.message(url)
        await self.happen(message, *(kinds or ("sent",)), **more)
        return message

    async def log(self) -> list[Any]:
        async with self.db.connection() as connection:
            return await connection.fetch("select * from webhook_log order by at, seq")

    async def pending(self) -> list[Any]:
        async with self.db.connection() as connection:
            return await connection.fetch("select * from webhook_pending order by seq")

    async def ended(self, count: int = 1, *, within: float = 30.0) -> list[Any]:
        """The log, once it holds so many."""
        async with asyncio.timeout(within):
            while len(rows := await self.log()) < count:
                await asyncio.sleep(0.02)
        return rows


async def tokens(_account: UUID) -> str | None:
    return AUTH_TOKEN


@pytest.fixture
async def world(db: Database) -> World:
    return World(db)


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    found = await Endpoint().listen()
    yield found
    await found.close()


Start = Callable[..., Awaitable[None]]


@pytest.fixture
async def start(db: Database) -> AsyncIterator[Start]:
    """Starts a teller that ends with the test."""
    stopping = asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    async def begin(*, allow_private: bool = True, **more: Any) -> None:
        tasks.append(
            asyncio.create_task(tell.run(db, tokens, allow_private=allow_private, stopping=stopping, **more))
        )
        await asyncio.sleep(0)

    yield begin
    stopping.set()
    for task in tasks:
        await task


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.make(tmp_path_factory.mktemp("certificates"))
