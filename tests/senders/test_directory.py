"""An account's senders by address."""

import secrets
import time
from uuid import UUID

import pytest
from tests.api_home import SEALER, now

from tidings.accounts import create_account
from tidings.kernel.phone_number import Address
from tidings.kernel.sid import mint
from tidings.runtime.database import Database
from tidings.senders import Directory, Kind, own, senders_of


async def an_account(db: Database) -> UUID:
    async with db.transaction() as connection:
        opened = await create_account(
            connection, friendly_name="Shop", sealer=SEALER, entropy=secrets.token_bytes, now=now()
        )
    return opened.account.id


async def give(db: Database, account: UUID, address: str, mps: float | None = None) -> bool:
    parsed = Address.parse(address)
    assert parsed is not None
    async with db.connection() as connection:
        return await own(
            connection, account, parsed, id=mint(now(), secrets.token_bytes(10), 0), now=now(), mps=mps
        )


@pytest.mark.parametrize(
    ("address", "kind", "mps"),
    [
        ("+14155550100", Kind.LONG_CODE, 1),
        ("+18885550100", Kind.TOLL_FREE, 3),
        ("55501", Kind.SHORT_CODE, 100),
        ("Tidings", Kind.ALPHANUMERIC, 10),
    ],
)
async def test_a_sender_has_its_kind_and_the_rate_that_is_usual_for_it(
    db: Database, address: str, kind: Kind, mps: float
) -> None:
    account = await an_account(db)
    assert await give(db, account, address)
    sender = await Directory(db, monotonic=time.monotonic).find(account, address)
    assert sender is not None
    assert (sender.address, sender.kind, sender.mps, sender.account) == (address, kind, mps, account)


async def test_an_address_belongs_to_one_account(db: Database) -> None:
    one, other = await an_account(db), await an_account(db)
    assert await give(db, one, "55501", mps=5)
    assert not await give(db, other, "55501", mps=7)
    directory = Directory(db, monotonic=time.monotonic)
    assert await directory.find(other, "55501") is None
    async with db.connection() as connection:
        assert [sender.mps for sender in await senders_of(connection, one)] == [5]
        assert await senders_of(connection, other) == []


async def test_a_new_sender_works_at_once_and_a_changed_rate_soon(db: Database) -> None:
    account = await an_account(db)
    directory = Directory(db, monotonic=time.monotonic)
    assert await directory.find(account, "55501") is None
    await give(db, account, "55501", mps=5)
    assert await directory.find(account, "55501") is not None

    seconds = 0.0
    directory = Directory(db, monotonic=lambda: seconds, trust_seconds=5)
    found = [await directory.find(account, "55501")]
    await give(db, account, "55501", mps=50)
    seconds = 4.0
    found.append(await directory.find(account, "55501"))
    seconds = 6.0
    found.append(await directory.find(account, "55501"))
    assert [sender.mps if sender else None for sender in found] == [5, 5, 50]
