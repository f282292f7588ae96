"""Messaging services and their pools."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from tests.api_home import now
from tests.senders.test_directory import an_account, give

from tidings.kernel.phone_number import AlphaSender
from tidings.kernel.sid import mint
from tidings.runtime.database import Connection, Database
from tidings.senders import Directory, Kind
from tidings.senders.services import (
    ANY_COUNTRY,
    CHANNEL,
    Pool,
    Services,
    Settings,
    add_alpha_sender,
    add_member,
    change_service,
    create_service,
    delete_service,
    remove_alpha_sender,
    remove_member,
)
from tidings.senders.services.membership import (
    AlreadyIn,
    InAnother,
    Member,
    NoSuchSender,
    NoSuchService,
    PoolFull,
)

ALL = tuple(Kind)


def an_id() -> UUID:
    return mint(now(), secrets.token_bytes(10), 0)


async def a_service(db: Database, account: UUID, name: str = "Demo") -> UUID:
    async with db.transaction() as connection:
        return (
            await create_service(connection, account, Settings(friendly_name=name), id=an_id(), now=now())
        ).id


async def a_sender(db: Database, account: UUID, address: str) -> UUID:
    assert await give(db, account, address)
    sender = await Directory(db, monotonic=lambda: 0.0).find(account, address)
    assert sender is not None
    return sender.id


async def put(
    db: Database, account: UUID, service: UUID, sender: UUID, kinds: tuple[Kind, ...] = ALL
) -> object:
    async with db.transaction() as connection:
        return await add_member(connection, account, service, sender, kinds=kinds, now=now())


async def put_name(
    db: Database, account: UUID, service: UUID, name: str, country: str = ANY_COUNTRY
) -> object:
    parsed = AlphaSender.parse(name)
    assert parsed is not None
    async with db.transaction() as connection:
        return await add_alpha_sender(
            connection, account, service, parsed, country=country, id=an_id(), sender_id=an_id(), now=now()
        )


async def pool(db: Database, account: UUID, service: UUID) -> Pool:
    found = await Services(db, monotonic=lambda: 0.0).find(account, service)
    assert found is not None
    return found


async def test_a_pool_is_a_service_with_its_senders(db: Database) -> None:
    account = await an_account(db)
    service = await a_service(db, account)
    for address in ("55501", "+14155550100", "+18885550100"):
        assert isinstance(await put(db, account, service, await a_sender(db, account, address)), Member)
    await put_name(db, account, service, "ACME")
    await put_name(db, account, service, "AcmeFR", "FR")
    found = await pool(db, account, service)
    assert found.service.friendly_name == "Demo"
    assert (found.service.sticky_sender, found.service.validity_seconds) == (True, 36_000)
    assert [(member.address, member.country) for member in found.members] == [
        ("55501", "US"),
        ("+14155550100", "US"),
        ("+18885550100", "US"),
    ]
    assert found.alpha == {ANY_COUNTRY: ("ACME",), "FR": ("AcmeFR",)}


async def test_a_sender_id_of_a_service_is_a_sender_of_the_account_with_a_rate(db: Database) -> None:
    account = await an_account(db)
    service = await a_service(db, account)
    assert await give(db, account, "ACME", mps=2)
    for name in ("ACME", "Other"):
        await put_name(db, account, service, name)
    directory = Directory(db, monotonic=lambda: 0.0)
    rates = [
        sender.mps if (sender := await directory.find(account, name)) else None for name in ("ACME", "Other")
    ]
    assert rates == [2, 10]
    assert isinstance(await put_name(db, account, service, "ACME"), AlreadyIn)
    assert not isinstance(await put_name(db, account, service, "ACME", "FR"), AlreadyIn)


async def test_a_number_is_in_one_service_at_most(db: Database) -> None:
    account = await an_account(db)
    one, other = await a_service(db, account), await a_service(db, account)
    sender = await a_sender(db, account, "+14155550100")
    assert isinstance(await put(db, account, one, sender), Member)
    assert isinstance(await put(db, account, one, sender), AlreadyIn)
    assert isinstance(await put(db, account, other, sender), InAnother)
    async with db.transaction() as connection:
        assert await remove_member(connection, account, one, sender, kinds=ALL)
        assert not await remove_member(connection, account, one, sender, kinds=ALL)
    assert isinstance(await put(db, account, other, sender), Member)


async def test_two_services_that_want_the_same_number_at_once_do_not_both_get_it(db: Database) -> None:
    account = await an_account(db)
    services = [await a_service(db, account) for _ in range(4)]
    sender = await a_sender(db, account, "+14155550100")
    told = await asyncio.gather(*(put(db, account, service, sender) for service in services))
    assert sorted(type(one).__name__ for one in told) == ["InAnother", "InAnother", "InAnother", "Member"]


async def test_nobody_reaches_another_accounts_service_or_sender(db: Database) -> None:
    ours, theirs = await an_account(db), await an_account(db)
    service, sender = await a_service(db, ours), await a_sender(db, ours, "+14155550100")
    assert isinstance(await put(db, theirs, service, sender), NoSuchService)
    assert isinstance(await put(db, theirs, await a_service(db, theirs), sender), NoSuchSender)
    assert isinstance(await put_name(db, theirs, service, "ACME"), NoSuchService)
    assert await Services(db, monotonic=lambda: 0.0).find(theirs, service) is None
    async with db.transaction() as connection:
        assert not await delete_service(connection, theirs, service)


async def test_only_senders_of_the_asked_kinds_are_taken(db: Database) -> None:
    account = await an_account(db)
    service, code = await a_service(db, account), await a_sender(db, account, "55501")
    assert isinstance(await put(db, account, service, code, (Kind.LONG_CODE,)), NoSuchSender)


async def test_a_pool_has_four_hundred_senders_at_most(db: Database) -> None:
    account = await an_account(db)
    service = await a_service(db, account)
    async with db.connection() as connection:
        await connection.execute(
            "insert into senders (id, account, address, kind, mps, created_at, updated_at) "
            "select gen_random_uuid(), $1, '+1415555' || 1000 + n, 'long_code', 1, now(), now() "
            "from generate_series(1, 399) n",
            account,
        )
        await connection.execute(
            "insert into service_senders select $2, id, account, now() from senders where account = $1",
            account,
            service,
        )
    sender, one_more = (
        await a_sender(db, account, "+14155550100"),
        await a_sender(db, account, "+14155550101"),
    )
    assert isinstance(await put(db, account, service, sender), Member)
    assert isinstance(await put(db, account, service, one_more), PoolFull)
    assert isinstance(await put_name(db, account, service, "ACME"), PoolFull)
    assert len((await pool(db, account, service)).members) == 400


@pytest.mark.parametrize("leave", ["remove", "delete"])
async def test_who_leaves_a_pool_is_no_longer_whom_people_have_heard_from(db: Database, leave: str) -> None:
    account = await an_account(db)
    service, sender = await a_service(db, account), await a_sender(db, account, "+14155550100")
    await put(db, account, service, sender)
    async with db.transaction() as connection:
        await connection.execute(
            "insert into sticky_senders values ($1, '+14155550199', $2, '+14155550100', now()), "
            "($1, '+14155550198', $2, '55501', now())",
            service,
            account,
        )
        if leave == "remove":
            await remove_member(connection, account, service, sender, kinds=ALL)
        else:
            await delete_service(connection, account, service)
        left = [row["sender"] for row in await connection.fetch("select sender from sticky_senders")]
    assert left == (["55501"] if leave == "remove" else [])


async def test_a_new_service_works_at_once_and_a_changed_pool_soon(db: Database) -> None:
    account = await an_account(db)
    seconds = 0.0
    services = Services(db, monotonic=lambda: seconds, trust_seconds=5)
    assert await services.find(account, an_id()) is None
    service = await a_service(db, account)
    seen = [await services.find(account, service)]
    await put(db, account, service, await a_sender(db, account, "55501"))
    seconds = 4.0
    seen.append(await services.find(account, service))
    seconds = 6.0
    seen.append(await services.find(account, service))
    assert [len(one.members) if one else None for one in seen] == [0, 0, 1]


async def test_who_listens_hears_of_every_change_and_looks_anew(db: Database) -> None:
    account = await an_account(db)
    service, code = await a_service(db, account), await a_sender(db, account, "55501")
    services = Services(db, monotonic=lambda: 0.0)
    listener = await db.listen(CHANNEL, services.hear)

    async def seen_after(change: Callable[[Connection], Awaitable[object]]) -> tuple[str, int, int] | None:
        await services.find(account, service)
        async with db.transaction() as connection:
            assert await change(connection)
        async with asyncio.timeout(10):
            while services.recall(account, service) is not None:
                await asyncio.sleep(0.005)
        pool = await services.find(account, service)
        return pool and (pool.service.friendly_name, len(pool.members), len(pool.alpha))

    shop = AlphaSender.parse("SHOP")
    assert shop is not None
    kinds, anew = {"kinds": ALL}, {"now": now()}
    ids = {"id": an_id(), "sender_id": an_id(), "country": ANY_COUNTRY}
    settings = Settings(friendly_name="New")
    assert [
        await seen_after(lambda c: change_service(c, account, service, settings, **anew)),
        await seen_after(lambda c: add_member(c, account, service, code, **kinds, **anew)),
        await seen_after(lambda c: add_alpha_sender(c, account, service, shop, **ids, **anew)),
        await seen_after(lambda c: remove_member(c, account, service, code, **kinds)),
        await seen_after(lambda c: remove_alpha_sender(c, account, service, "SHOP", country=ANY_COUNTRY)),
        await seen_after(lambda c: delete_service(c, account, service)),
    ] == [("New", 0, 0), ("New", 1, 0), ("New", 1, 1), ("New", 0, 1), ("New", 0, 0), None]
    await listener.close()
