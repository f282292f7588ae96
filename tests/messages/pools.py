"""Accounts with messaging services, put straight into the database."""

import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tidings.accounts import create_account
from tidings.kernel.phone_number import Address
from tidings.kernel.sid import mint
from tidings.lanes.gauge import Gauges
from tidings.messages.accept import Acceptance
from tidings.runtime.database import Connection, Database
from tidings.runtime.secrets import Sealer
from tidings.senders import own
from tidings.senders.services import Services


def now() -> datetime:
    return datetime.now(UTC)


async def account_of(db: Database) -> UUID:
    async with db.transaction() as connection:
        opened = await create_account(
            connection,
            friendly_name="Shop",
            sealer=Sealer(bytes(range(32))),
            entropy=secrets.token_bytes,
            now=now(),
        )
    return opened.account.id


async def service_with(
    db: Database,
    account: UUID,
    senders: Sequence[str] | Mapping[str, float] = (),
    *,
    alpha: Mapping[str, Sequence[str]] | None = None,
    **settings: Any,
) -> UUID:
    """A service of the account that pools these senders, whom it owns from now on. A mapping says the MPS of each;
    `alpha` are sender ids by country; `settings` are columns of `services`."""
    id = mint(now(), secrets.token_bytes(10), 0)
    columns = {
        "id": id,
        "account": account,
        "friendly_name": "Demo",
        "created_at": now(),
        "updated_at": now(),
    }
    columns |= settings
    names, places = ", ".join(columns), ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    async with db.transaction() as connection:
        await connection.execute(f"insert into services ({names}) values ({places})", *columns.values())
        for address in senders:
            mps = senders[address] if isinstance(senders, Mapping) else 100.0
            await add_sender(connection, account, id, address, mps=mps)
        for country, ids in (alpha or {}).items():
            for name in ids:
                await connection.execute(
                    "insert into service_alpha_senders"
                    " (id, service, account, alpha_sender, country, created_at, updated_at)"
                    " values ($1, $2, $3, $4, $5, now(), now())",
                    mint(now(), secrets.token_bytes(10), 0),
                    id,
                    account,
                    name,
                    country,
                )
    return id


async def add_sender(
    connection: Connection, account: UUID, service: UUID, address: str, *, mps: float = 100.0
) -> None:
    parsed = Address.parse(address)
    assert parsed is not None, address
    sender = mint(now(), secrets.token_bytes(10), 0)
    assert await own(connection, account, parsed, id=sender, now=now(), mps=mps)
    await connection.execute(
        "insert into service_senders (service, sender, account, added_at)"
        " select $1, id, account, now() from senders where account = $2 and address = $3",
        service,
        account,
        address,
    )


async def remove_sender(db: Database, account: UUID, address: str) -> None:
    async with db.connection() as connection:
        await connection.execute(
            "delete from service_senders m using senders s"
            " where m.sender = s.id and s.account = $1 and s.address = $2",
            account,
            address,
        )


@asynccontextmanager
async def acceptance_on(
    db: Database, *, trust_seconds: float = 0.0, **options: Any
) -> AsyncIterator[Acceptance]:
    """As the web role has it; a pool is read anew for every message unless it may be trusted for a while."""
    services = Services(db, monotonic=time.monotonic, trust_seconds=trust_seconds)
    gauges = Gauges(db, default_limit_seconds=36_000, clock=time.time)
    acceptance = Acceptance(db, gauges, services=services, **options)
    yield acceptance
    await acceptance.close()
