"""Reply: promised replies go out by the road of every message, each once.

A promise is kept in the transaction that moves the reader past it. When a crash comes between the two, the page comes
again, and what had been accepted is found by the id that it must have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.kernel.codes import REPLIES_TOO_FAST, REPLY_FROM_NOT_CAPABLE
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, lowest_at, mint
from tidings.messages.accept import Accepted
from tidings.messages.compose import compose
from tidings.messages.draft import Draft
from tidings.messages.metrics import REPLIES
from tidings.messages.promise import ANSWERED
from tidings.monitor import Alert, raise_alerts
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.outbox import Fact, Reader, Trail
from tidings.runtime.statements import Statements
from tidings.senders import Sender
from tidings.senders.services import Pool

SQL = Statements.beside(__file__)

READER = "replies"
MOST_REPLIES = 15
LOOP_WINDOW = timedelta(seconds=30)
"""More replies than that from one sender to one person within that time are a loop of two machines (14107)."""
REPLY_PRIORITY = 0
_LOW_62_BITS = (1 << 62) - 1
_STEP = timedelta(milliseconds=1)

Accept = Callable[..., Awaitable[Accepted | Refused]]
FindSender = Callable[[UUID, str], Awaitable[Sender | None]]
FindPool = Callable[[UUID, UUID], Awaitable[Pool | None]]


def replies(
    db: Database,
    *,
    accept: Accept,
    find_sender: FindSender,
    find_pool: FindPool,
    clock: Clock,
    entropy: Entropy,
    trail: Trail | None = None,
) -> Reader:
    """The reader of the outbox that keeps promises. Several processes may run it."""
    promised = _Replies(accept, find_sender, find_pool, clock, entropy)
    return Reader(db, READER, promised.keep, kinds=[ANSWERED], trail=trail)


@dataclass(slots=True)
class _Known:
    """Replies that one sender has already sent to one person, by id."""

    ids: list[UUID] = field(default_factory=list)

    def has(self, id: UUID) -> bool:
        """Whether one has this id, whatever its bucket: a lane may have moved since."""
        return any(
            one.int >> 80 == id.int >> 80 and one.int & _LOW_62_BITS == id.int & _LOW_62_BITS
            for one in self.ids
        )

    def within(self, window: timedelta, before: Instant) -> int:
        return sum(1 for one in self.ids if one >= lowest_at(before - window))


class _Replies:
    def __init__(
        self, accept: Accept, find_sender: FindSender, find_pool: FindPool, clock: Clock, entropy: Entropy
    ) -> None:
        self._accept = accept
        self._find_sender = find_sender
        self._find_pool = find_pool
        self._clock = clock
        self._entropy = entropy

    async def keep(self, connection: Connection, facts: list[Fact]) -> None:
        """Accept what facts of one bucket promise, in the transaction that moves the cursor past them."""
        answered = list({fact.subject for fact in facts if fact.kind == ANSWERED})
        if not answered:
            return
        bucket = facts[0].bucket
        promised = await SQL.many(connection, "promised", bucket, answered)
        if not promised:
            return
        known = await _known(connection, promised)
        by_message: dict[UUID, list[Record]] = {}
        for row in promised:
            by_message.setdefault(row["message"], []).append(row)
        alerts = await asyncio.gather(*(self._keep_each(rows, known) for rows in by_message.values()))
        await raise_alerts(
            connection, [one for some in alerts for one in some], now=self._clock(), entropy=self._entropy
        )
        await SQL.run(connection, "promises_kept", bucket, answered, [row["id"] for row in promised])

    async def _keep_each(
        self, rows: Sequence[Record], known: dict[tuple[UUID, str, str], _Known]
    ) -> list[Alert]:
        """The replies to one message, in order."""
        alerts = []
        for row in rows:
            now = row["promised_at"] + row["n"] * _STEP
            before = known[row["account"], row["sender"], row["recipient"]]
            id = mint(now, row["id"].bytes[6:], 0)
            if before.has(id):
                continue
            if not row["automatic"] and before.within(LOOP_WINDOW, now) >= MOST_REPLIES:
                refused: Refused | None = Refused.because(REPLIES_TOO_FAST)
            else:
                before.ids.append(id)  # at once: replies to other messages of this person go out meanwhile
                refused = await self._keep(row, now=now)
                if refused is not None:
                    before.ids.remove(id)
            REPLIES.labels("refused" if refused else "accepted").inc()
            if refused is not None:
                alerts.append(
                    Alert(
                        row["account"],
                        refused.code.number,
                        str(Sid("SM", row["message"])),
                        row["service"],
                        text=refused.message,
                    )
                )
        return alerts

    async def _keep(self, row: Record, *, now: Instant) -> Refused | None:
        draft = await self._draft(row, now=now)
        if isinstance(draft, Refused):
            return draft
        accepted = await self._accept(draft, now=now, entropy=row["id"].bytes[6:])
        return accepted if isinstance(accepted, Refused) else None

    async def _draft(self, row: Record, *, now: Instant) -> Draft | Refused:
        form = {"To": [row["recipient"]], "From": [row["sender"]], "Body": [row["body"]]}
        if row["status_callback"]:
            form["StatusCallback"] = [row["status_callback"]]
        if row["service"]:
            form["MessagingServiceSid"] = [str(Sid("MG", row["service"]))]
        composed = compose(form, now=now)
        if isinstance(composed, Refused):
            return composed
        pool = await self._find_pool(row["account"], row["service"]) if row["service"] else None
        if pool is not None:
            composed = composed.through(pool.service)
        sender = await self._find_sender(row["account"], composed.sender or row["sender"])
        if sender is None:
            return Refused.because(REPLY_FROM_NOT_CAPABLE)
        return msgspec.structs.replace(
            composed.draft(row["account"], sender=sender),
            direction="outbound-reply",
            priority=REPLY_PRIORITY,
            resend=True,
            confirms_opt_out=row["confirms_opt_out"],
        )


async def _known(connection: Connection, promised: Sequence[Record]) -> dict[tuple[UUID, str, str], _Known]:
    """What went out before to the same people from the same senders, as far back as matters."""
    oldest: dict[tuple[UUID, str, str], Instant] = {}
    for row in promised:
        pair = (row["account"], row["sender"], row["recipient"])
        oldest[pair] = min(row["promised_at"], oldest.get(pair, row["promised_at"]))
    found = {pair: _Known() for pair in oldest}
    rows = await SQL.many(
        connection,
        "replies_before",
        [account for account, _, _ in oldest],
        [sender for _, sender, _ in oldest],
        [recipient for _, _, recipient in oldest],
        [lowest_at(at - LOOP_WINDOW) for at in oldest.values()],
    )
    for row in rows:
        found[row["account"], row["sender"], row["recipient"]].ids.append(row["id"])
    return found
