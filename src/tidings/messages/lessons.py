"""What the ends of messages teach of numbers, and that a person wrote: from the outbox to the suppressed numbers."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from tidings.lookup.suppression.learn import End, hear, learn
from tidings.messages.targets import callback_targets, incoming
from tidings.runtime.database import Connection, Database
from tidings.runtime.outbox import Fact, Reader, Trail

ENDED = frozenset({"message.undelivered", "message.failed"})
RECEIVED = "message.received"


def lessons(db: Database, *, trail: Trail | None = None) -> Reader:
    """The reader of the outbox that teaches; it passes over what was delivered."""
    return Reader(db, "lessons", _take, kinds=[*ENDED, RECEIVED], trail=trail)


async def _take(connection: Connection, facts: Sequence[Fact]) -> None:
    """Ends that a rule of suppression made teach nothing: else a number would never come off the list."""
    ended: dict[int, list[Fact]] = defaultdict(list)
    received: dict[int, list[UUID]] = defaultdict(list)
    for fact in facts:
        detail = fact.detail or {}
        if fact.kind in ENDED and "code" in detail and "rule" not in detail:
            ended[fact.bucket].append(fact)
        elif fact.kind == RECEIVED:
            received[fact.bucket].append(fact.subject)
    for bucket, some in ended.items():
        found = await callback_targets(connection, bucket, [one.subject for one in some])
        ends = [
            End(one.account, found[one.subject].recipient, one.detail["code"], one.subject, one.at)
            for one in some
            if one.detail and one.subject in found and found[one.subject].recipient.startswith("+")
        ]
        await learn(connection, [one for one in ends if one.recipient[1:].isdigit()])
    for bucket, ids in received.items():
        people = await incoming(connection, bucket, ids)
        await hear(connection, [(one.account, one.sender) for one in people.values()])
