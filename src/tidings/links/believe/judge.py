"""Judge clicks and count them: new ones within moments, those of an older version of the rule again.

A round is one transaction: verdicts, counts, rates and facts change together. One process at a time does it; the
others find the lock taken and come again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.sid import bucket_of, instant_of, lowest_at
from tidings.links.believe.classify import (
    REASONS,
    SOON,
    VERSION,
    Evidence,
    Sending,
    Verdict,
    hints_of,
    reasons_for,
)
from tidings.links.believe.count import Key, columns, figures_of, keep, standings_of
from tidings.links.believe.tally import LinkCount, Standing
from tidings.links.facts import CLICKED
from tidings.links.rules.kept import set_going
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.outbox import NewFact, append
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
AROUND = SOON + timedelta(seconds=1)
"""So far before and after a click others matter to its verdict."""


async def judge_new(db: Database, *, now: Instant) -> tuple[int, list[NewFact]]:
    """One round over the clicks that nobody has judged yet: how many they were, and the facts that say so."""
    async with db.transaction() as connection:
        if not await SQL.value(connection, "judging_lock"):
            return 0, []
        fresh = [row["click"] for row in await SQL.many(connection, "take_new")]
        if not fresh:
            return 0, []
        return len(fresh), await _judge(connection, fresh, now=now)


async def judge_again(db: Database, *, now: Instant, version: int = VERSION) -> int:
    """One round over clicks that an older version of the rule judged: how many; 0 when there are none, or when another
    process judges now."""
    async with db.transaction() as connection:
        if not await SQL.value(connection, "judging_lock"):
            return 0
        old = [row["id"] for row in await SQL.many(connection, "old_verdicts", version)]
        if old:
            await _judge(connection, old, now=now)
        return len(old)


async def _judge(connection: Connection, ids: Sequence[UUID], *, now: Instant) -> list[NewFact]:
    asked = await SQL.many(connection, "clicks", ids)
    rows = {row["id"]: row for row in asked}
    spans: dict[Key, tuple[Instant, Instant]] = {}
    for row in asked:
        key = (row["account"], row["message"])
        first, last = spans.get(key, (row["at"], row["at"]))
        spans[key] = (min(first, row["at"]), max(last, row["at"]))
    bounds = [
        (*key, lowest_at(first - AROUND), lowest_at(last + AROUND)) for key, (first, last) in spans.items()
    ]
    rows |= {row["id"]: row for row in await SQL.many(connection, "clicks_around", *columns(bounds, 4))}
    sendings = await _sendings(connection, spans)

    clicks: dict[Key, list[Record]] = {key: [] for key in spans}
    for id in sorted(rows):
        clicks[rows[id]["account"], rows[id]["message"]].append(rows[id])
    judged: list[tuple[Record, str]] = []
    for key, some in clicks.items():
        reasons = reasons_for(sendings[key[1]], [_evidence(row) for row in some])
        judged += [
            (row, reason)
            for row, reason in zip(some, reasons, strict=True)
            if row["reason"] != reason or row["version"] != VERSION
        ]
    await _keep_verdicts(connection, judged, sendings)
    at = {key: first for key, (first, _) in spans.items()}
    standings = await standings_of(connection, list(spans), at=at)
    return await _count(connection, judged, standings, now=now)


async def _sendings(connection: Connection, keys: Iterable[Key]) -> Mapping[UUID, Sending]:
    asked = [(account, message, instant_of(message)) for account, message in keys]
    return {
        row["message"]: Sending(links=row["links"], sent_at=row["sent_at"], delivered_at=row["delivered_at"])
        for row in await SQL.many(connection, "sendings", *columns(asked, 3))
    }


def _evidence(row: Record) -> Evidence:
    return Evidence(
        id=row["id"],
        code=row["code"],
        at=row["at"],
        method=row["method"],
        agent=row["agent"],
        network=row["network"],
        hints=hints_of(row["hints"]),
    )


async def _keep_verdicts(
    connection: Connection, judged: Sequence[tuple[Record, str]], sendings: Mapping[UUID, Sending]
) -> None:
    kept = []
    for row, reason in judged:
        since = sendings[row["message"]].since(row["at"])
        kept.append(
            (
                row["id"],
                row["account"],
                row["message"],
                row["code"],
                row["at"],
                VERSION,
                REASONS[reason][0].value,
                reason,
                None if since is None else since // timedelta(milliseconds=1),
            )
        )
    if kept:
        await SQL.run(connection, "keep_verdicts", *columns(kept, 9))


async def _count(
    connection: Connection,
    judged: Sequence[tuple[Record, str]],
    standings: Mapping[Key, Standing],
    *,
    now: Instant,
) -> list[NewFact]:
    before = figures_of(standings.values())
    facts, touched, first_clicked = [], set(), []
    for row, reason in judged:
        standing = standings.get((row["account"], row["message"]))
        if standing is None:
            continue  # its links are forgotten already
        touched.add((row["message"], row["code"]))
        link = standing.links.setdefault(row["code"], LinkCount())
        verdict = REASONS[reason][0]
        unknown = not any(one.persons for one in standing.links.values())
        if row["verdict"] is not None:
            link.add(Verdict(row["verdict"]), -1)
        link.add(verdict, 1)
        if row["verdict"] is None:
            first = unknown and verdict is Verdict.PERSON
            if first:
                first_clicked.append(standing)
            facts.append(_fact(row, verdict, reason, first=first, now=now))
    await keep(connection, before, standings.values(), touched=touched)
    await append(connection, facts)
    await set_going(connection, first_clicked, now=now)
    return facts


def _fact(row: Record, verdict: Verdict, reason: str, *, first: bool, now: Instant) -> NewFact:
    detail = {
        "click": row["id"].hex,
        "code": row["code"],
        "verdict": verdict.value,
        "reason": reason,
        "first": first,
    }
    return NewFact(bucket_of(row["message"]), now, row["account"], row["message"], CLICKED, detail)
