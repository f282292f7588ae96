"""The statements of webhooks, typed: pending callbacks and the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from tidings.kernel.instant import Instant, from_epoch
from tidings.messages import Reply, promise
from tidings.monitor import Alert, raise_alerts
from tidings.runtime.clock import Entropy
from tidings.runtime.database import Connection
from tidings.runtime.outbox import Fact
from tidings.runtime.statements import Statements
from tidings.webhooks.callback import idempotency_token
from tidings.webhooks.delivery import Delivery, Key
from tidings.webhooks.parcel import Parcel

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class Pending:
    """A pending callback as it was claimed."""

    parcel: Parcel
    attempts: int
    total_attempts: int
    spent_ms: int


@dataclass(frozen=True, slots=True)
class News:
    replies: list[Reply]
    alerts: list[Alert]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log: how one callback ended."""

    at: Instant
    key: Key
    message: UUID
    status: str
    url: str
    attempts: int
    answer_status: int | None
    """HTTP status of the last answer; None when none came."""
    code: int | None
    """Why it failed (112xx); None when it was delivered."""
    duration_ms: int

    @property
    def token(self) -> str:
        return idempotency_token(*self.key)


async def log_ended(db: Connection, bucket: int, ended: Sequence[Delivery], *, now: Instant) -> None:
    """Write how callbacks of one bucket ended that never were pending."""
    if ended:
        await SQL.run(db, "log_ended", bucket, now, *_columns([_ended_row(each) for each in ended]))


def pending_rows(deliveries: Sequence[Delivery], *, lease_until: Instant) -> list[tuple[Any, ...]]:
    """The rows of deliveries as they are at this moment, for `keep_pending`."""
    return [_pending_row(each, lease_until) for each in deliveries]


async def keep_pending(db: Connection, bucket: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write down callbacks of one bucket that are still on their way, or wait for a retry."""
    if rows:
        await SQL.run(db, "keep_pending", bucket, *_columns(rows))


async def settle(db: Connection, bucket: int, ended: Sequence[Delivery], *, now: Instant) -> set[Key]:
    """Move pending callbacks of one bucket that ended into the log. Gives those that were in the table."""
    rows = await SQL.many(db, "settle", bucket, now, *_columns([_ended_row(each) for each in ended]))
    return {(bucket, row["xid"], row["seq"]) for row in rows}


async def postpone(
    db: Connection, bucket: int, postponed: Sequence[Delivery], *, lease_until: Instant
) -> set[Key]:
    """Write when the next attempt of pending callbacks of one bucket is due. Gives those that were in the table."""
    rows = await SQL.many(
        db, "postpone", bucket, *_columns([_pending_row(each, lease_until) for each in postponed])
    )
    return {(bucket, row["xid"], row["seq"]) for row in rows}


async def renew(db: Connection, bucket: int, keys: Sequence[Key], *, until: Instant) -> None:
    await SQL.run(db, "renew", bucket, until, [key[1] for key in keys], [key[2] for key in keys])


async def endpoints_due(db: Connection, *, now: Instant) -> list[tuple[int, str]]:
    """Bucket and endpoint of pending callbacks whose time has come."""
    return [(row["bucket"], row["endpoint"]) for row in await SQL.many(db, "endpoints_due", now)]


async def claim(
    db: Connection, bucket: int, endpoint: str, *, now: Instant, lease_until: Instant, most: int
) -> list[Pending]:
    """Lease due callbacks of an endpoint, so that no other process takes them until the lease ends."""
    return [
        Pending(
            parcel=Parcel(
                key=(bucket, row["xid"], row["seq"]),
                account=row["account"],
                message=row["message"],
                status=row["status"],
                url=row["url"],
                form=parse_qsl(row["form"], keep_blank_values=True),
                method=row["method"],
                fallback_url=row["fallback_url"],
                fallback_method=row["fallback_method"],
                redirects=row["redirects"],
            ),
            attempts=row["attempts"],
            total_attempts=row["total_attempts"],
            spent_ms=row["spent_ms"],
        )
        for row in await SQL.many(db, "claim", bucket, endpoint, now, lease_until, most)
    ]


def news_of(deliveries: Iterable[Delivery]) -> News:
    """What came of deliveries and is not written down yet; counts as written from now on."""
    news = News([], [])
    for delivery in deliveries:
        replies, alerts = delivery.unwritten()
        news.replies.extend(replies)
        news.alerts.extend(alerts)
        delivery.written = (len(delivery.replies), len(delivery.alerts))
    return news


async def keep_news(db: Connection, news: News, *, now: Instant, entropy: Entropy) -> set[int]:
    """Write down the replies that answers asked for, and the alerts, in the transaction that writes the rest of them.

    Gives the buckets whose readers have news."""
    await raise_alerts(db, news.alerts, now=now, entropy=entropy)
    return await promise(db, news.replies, now=now, entropy=entropy)


async def count_pending(db: Connection) -> int:
    return int(await SQL.value(db, "count_pending"))


async def entries(
    db: Connection,
    account: UUID,
    *,
    before: Instant,
    since: Instant,
    most: int,
    message: UUID | None = None,
    failed: bool | None = None,
    status: str | None = None,
) -> list[Entry]:
    """The account's log in a span of time, newest first."""
    rows = await SQL.many(db, "entries", account, before, since, message, failed, status, most)
    return [_entry(row) for row in rows]


async def entries_at(db: Connection, account: UUID, at: Instant) -> list[Entry]:
    return [_entry(row) for row in await SQL.many(db, "entries_at", account, at)]


async def failed_since(db: Connection, account: UUID, *, since: Instant, most: int) -> list[Entry]:
    return [_entry(row) for row in await SQL.many(db, "failed_since", account, since, most)]


async def facts_again(db: Connection, account: UUID, bucket: int, keys: Sequence[Key]) -> list[Fact]:
    """The facts that callbacks of one bucket told, as far as they still stand in the outbox."""
    rows = await SQL.many(
        db, "facts_again", bucket, account, [key[1] for key in keys], [key[2] for key in keys]
    )
    return [Fact(*row) for row in map(tuple, rows)]


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _ended_row(delivery: Delivery) -> tuple[Any, ...]:
    return (
        delivery.xid,
        delivery.seq,
        delivery.account,
        delivery.message,
        delivery.status,
        delivery.shown_url,
        delivery.total_attempts,
        delivery.answer_status,
        delivery.code,
        delivery.spent_ms,
    )


def _pending_row(delivery: Delivery, lease_until: Instant) -> tuple[Any, ...]:
    """An attempt that is in the air does not count until it has ended: after a crash it is made again."""
    in_air = 1 if delivery.aboard and delivery.began_at else 0
    return (
        delivery.endpoint,
        delivery.xid,
        delivery.seq,
        lease_until if delivery.aboard else from_epoch(delivery.next_at),
        delivery.account,
        delivery.message,
        delivery.status,
        delivery.url,
        delivery.fallback_url,
        delivery.body.decode("ascii"),
        delivery.attempts - in_air,
        delivery.total_attempts - in_air,
        delivery.spent_ms,
        delivery.verb,
        delivery.fallback_method,
        delivery.redirects,
    )


def _entry(row: Any) -> Entry:
    return Entry(
        at=row["at"],
        key=(row["bucket"], row["xid"], row["seq"]),
        message=row["message"],
        status=row["status"],
        url=row["url"],
        attempts=row["attempts"],
        answer_status=row["answer_status"],
        code=row["code"],
        duration_ms=row["duration_ms"],
    )
