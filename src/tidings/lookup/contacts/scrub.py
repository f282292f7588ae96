"""Scrubs an account's stored contacts, a page in a transaction, so that it goes on where it stopped."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.sid import mint
from tidings.lookup.contacts.judge import Finding, Wanted, find
from tidings.lookup.lookups import known_of
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.jobs import Arguments, Jobs, enqueue
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
JOB = "scrub_contacts"
AT_ONCE = 2_000
KEPT = timedelta(days=30)

Contacts = Callable[[Connection, UUID, str, int], Awaitable[list[str]]]
"""So many contacts of an account behind one, in their order."""


class Report(msgspec.Struct, frozen=True):
    """What became of the contacts so far."""

    contacts: int = 0
    kept: int = 0
    reasons: dict[str, int] = {}
    countries: dict[str, int] = {}
    line_types: dict[str, int] = {}

    def with_(self, found: list[Finding]) -> "Report":
        return Report(
            self.contacts + len(found),
            self.kept + sum(1 for one in found if not one.reason),
            _added(self.reasons, (one.reason for one in found if one.reason)),
            _added(self.countries, (one.country for one in found if one.country)),
            _added(self.line_types, (one.line_type for one in found if one.line_type)),
        )

    def saved(self, price: float) -> float:
        """What one message to each of those who are not kept would have cost."""
        return round((self.contacts - self.kept) * price, 4)


async def begin(db: Database, account: UUID, wanted: Wanted, *, entropy: Entropy, now: Instant) -> Record:
    """A scrub that a work process takes up."""
    async with db.transaction() as connection:
        id = mint(now, entropy(10), 0)
        row = await SQL.one(connection, "begin", account, id, wanted, now)
        await enqueue(connection, JOB, {"account": str(account), "scrub": str(id)})
    assert row is not None, "an insert that returns"
    return row


def register(jobs: Jobs, db: Database, *, contacts: Contacts, clock: Clock) -> None:
    """Makes it a job. `contacts` gives those that an account has stored."""

    async def scrub_contacts(arguments: Arguments) -> None:
        """Scrubs the stored contacts of an account, two thousand at a time, and goes on where it stopped."""
        account, id = UUID(arguments["account"]), UUID(arguments["scrub"])
        while await go_on(db, account, id, contacts=contacts, now=clock()):
            pass  # the next page

    jobs.register(JOB, scrub_contacts)


async def go_on(db: Database, account: UUID, id: UUID, *, contacts: Contacts, now: Instant) -> bool:
    """One more page; false when there is none."""
    async with db.transaction() as connection:
        row = await SQL.one(connection, "scrub_to_go_on", account, id)
        if row is None or row["done"]:
            return False
        wanted, report = msgspec.convert(row["wanted"], Wanted), report_of(row)
        page = await contacts(connection, account, row["behind"], AT_ONCE)
        known = await known_of(connection, [(account, one) for one in page], now=now) if page else []
        found = [find(one, of, keep=wanted.keep, now=now) for one, of in zip(page, known, strict=True)]
        rejected = [msgspec.structs.astuple(one) for one in found if one.reason]
        if rejected:
            columns = [list(column) for column in zip(*rejected, strict=True)]
            await SQL.run(connection, "find", account, id, *columns)
        done = len(page) < AT_ONCE
        behind = page[-1] if page else row["behind"]
        await SQL.run(connection, "go_on", account, id, behind, report.with_(found), done, now)
    return not done


async def forget_scrubs(connection: Connection, *, now: Instant) -> None:
    await SQL.run(connection, "forget_scrubs", now - KEPT)


def report_of(row: Record) -> Report:
    return Report() if row["report"] is None else msgspec.convert(row["report"], Report)


def _added(counts: dict[str, int], more: Iterable[str]) -> dict[str, int]:
    return dict(sorted((Counter(counts) + Counter(more)).items()))
