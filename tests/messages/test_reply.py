"""Promised replies go out once, by the road of every message."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.messages.builders import ANNA
from tests.messages.test_receive import SHOP, inbound, open_shop, rows, take

from tidings.lanes.gauge import Gauges
from tidings.messages.accept import Acceptance
from tidings.messages.promise import Reply, promise
from tidings.messages.reply import replies
from tidings.runtime.database import Database
from tidings.runtime.outbox import Reader
from tidings.senders import Directory
from tidings.senders.services import Services


@pytest.fixture
async def acceptance(db: Database) -> AsyncIterator[Acceptance]:
    made = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=time.time))
    yield made
    await made.close()


def reader(db: Database, acceptance: Acceptance) -> Reader:
    directory = Directory(db, monotonic=time.monotonic, trust_seconds=0.0)
    return replies(
        db,
        accept=acceptance.accept,
        find_sender=directory.find,
        find_pool=Services(db, monotonic=time.monotonic, trust_seconds=0.0).find,
        clock=lambda: datetime.now(UTC),
        entropy=secrets.token_bytes,
    )


async def written_to(db: Database, text: str = "Hello") -> tuple[UUID, UUID]:
    """The account of a shop, and the message that Anna wrote to it."""
    account = await open_shop(db)
    await take(db, inbound(text))
    (message,) = await rows(db, "select id from messages")
    return account, message["id"]


async def reply(db: Database, account: UUID, message: UUID, *bodies: str, **changes: Any) -> None:
    plain: dict[str, Any] = {"message": message, "account": account, "sender": SHOP, "recipient": ANNA}
    now = changes.pop("now", None) or datetime.now(UTC)
    async with db.transaction() as connection:
        await promise(
            connection,
            [Reply(**(plain | {"body": body} | changes)) for body in bodies],
            now=now,
            entropy=secrets.token_bytes,
        )


async def sent(db: Database) -> list[Any]:
    return await rows(db, "select * from messages where direction = 'outbound-reply' order by id")


async def alerts(db: Database) -> list[Any]:
    return await rows(db, "select * from alerts order by id")


async def test_replies_go_out_in_order(db: Database, acceptance: Acceptance) -> None:
    account, message = await written_to(db)
    await reply(db, account, message, "First", "Second", status_callback="https://shop.example/told")
    await reader(db, acceptance).read_to_the_end()
    first, second = await sent(db)
    assert (first["body"], second["body"]) == ("First", "Second")
    assert (first["sender"], first["recipient"], first["priority"]) == (SHOP, ANNA, 0)
    assert first["status_callback"] == "https://shop.example/told"
    assert len(await rows(db, "select * from queue")) == 2
    assert await rows(db, "select * from replies") == []
    assert await alerts(db) == []


async def test_a_keyword_is_answered_without_anybody(db: Database, acceptance: Acceptance) -> None:
    await written_to(db, "HELP")
    await reader(db, acceptance).read_to_the_end()
    (help,) = await sent(db)
    assert help["body"] == "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


async def test_a_stop_is_confirmed_once_and_everything_else_is_refused(
    db: Database, acceptance: Acceptance
) -> None:
    account, message = await written_to(db, "STOP")
    await take(db, inbound("STOP"))
    await reply(db, account, message, "But we have a sale!")
    await reader(db, acceptance).read_to_the_end()
    (confirmation,) = await sent(db)
    assert confirmation["body"].startswith("You have successfully been unsubscribed.")
    (alert,) = await alerts(db)
    assert (alert["code"], alert["resource"], alert["level"]) == (21610, f"SM{message.hex}", "error")


async def test_what_was_accepted_before_a_crash_is_not_accepted_again(
    db: Database, acceptance: Acceptance
) -> None:
    account, message = await written_to(db)
    await reply(db, account, message, "First", "Second")
    promised = await rows(db, "select * from replies")
    await reader(db, acceptance).read_to_the_end()
    # As if the transaction that moved the cursor had been lost.
    async with db.connection() as connection:
        await connection.execute("update cursors set xid = 0, seq = 0 where reader = 'replies'")
        await connection.executemany(
            f"insert into replies values ({', '.join(f'${n}' for n in range(1, 14))})",
            [tuple(row.values()) for row in promised],
        )
    await reader(db, acceptance).read_to_the_end()
    assert [one["body"] for one in await sent(db)] == ["First", "Second"]
    assert await rows(db, "select * from replies") == []


async def test_two_processes_send_each_reply_once(db: Database, acceptance: Acceptance) -> None:
    account, message = await written_to(db)
    await reply(db, account, message, *(f"{n}" for n in range(10)))
    await asyncio.gather(*(reader(db, acceptance).read_to_the_end() for _ in range(2)))
    assert len(await sent(db)) == 10


async def test_the_sixteenth_reply_within_half_a_minute_is_a_loop(
    db: Database, acceptance: Acceptance
) -> None:
    account, message = await written_to(db)
    for n in range(17):
        await reply(db, account, message, f"{n}")
    await reader(db, acceptance).read_to_the_end()
    assert len(await sent(db)) == 15
    assert [alert["code"] for alert in await alerts(db)] == [14107, 14107]
    later = datetime.now(UTC) + timedelta(seconds=31)
    await reply(db, account, message, "after a while", now=later)
    await reader(db, acceptance).read_to_the_end()
    assert len(await sent(db)) == 16


async def test_replies_to_several_messages_of_one_person_are_counted_together(
    db: Database, acceptance: Acceptance
) -> None:
    account = await open_shop(db)
    await take(db, *(inbound(f"{n}") for n in range(5)))
    for message in await rows(db, "select id from messages"):
        await reply(db, account, message["id"], *("abcd"))
    await reader(db, acceptance).read_to_the_end()
    assert len(await sent(db)) == 15
    assert [alert["code"] for alert in await alerts(db)] == [14107] * 5


async def test_a_keyword_is_answered_even_within_a_loop(db: Database, acceptance: Acceptance) -> None:
    account, message = await written_to(db)
    await reply(db, account, message, *(f"{n}" for n in range(15)))
    await reader(db, acceptance).read_to_the_end()
    await take(db, inbound("HELP"))
    await reader(db, acceptance).read_to_the_end()
    assert len(await sent(db)) == 16


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recipient": "+1415555"}, 21211),
        ({"sender": "+14155550199"}, 14108),
        ({"body": "x" * 1601}, 21617),
    ],
)
async def test_a_reply_that_is_refused_becomes_an_alert(
    db: Database, acceptance: Acceptance, changes: dict[str, Any], code: int
) -> None:
    account, message = await written_to(db)
    await reply(db, account, message, changes.pop("body", "Hi"), **changes)
    await reply(db, account, message, "and this one goes out")
    await reader(db, acceptance).read_to_the_end()
    assert [one["body"] for one in await sent(db)] == ["and this one goes out"]
    assert [alert["code"] for alert in await alerts(db)] == [code]
