"""Receive: messages from people, stored before anybody is told of them, and before the carrier hears that we have them.

A carrier may send the same message again: when its acknowledgement was lost, or to two doors at once. Where it gives
its own id of it, it is kept once. Where it gives none (SMPP), a message is in doubt from when it is stored until we
know that the carrier has read our acknowledgement, normally for a quarter of a second; one that is like it (carrier,
person, number, text and parts) and comes by another session is the same. Two that say the same and come by one session,
or after the doubt is over, are two.

What a person says about being written to takes effect in the same transaction: after a STOP nothing that waits for
them leaves any more.
"""

import math
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import blake2b
from itertools import count
from uuid import UUID

import structlog

from tidings.carriers.connector import Inbound
from tidings.compliance.opt_outs import Answer, Heard, Word, hear
from tidings.kernel.instant import Instant
from tidings.kernel.phone_number import PhoneNumber
from tidings.kernel.segments import Encoding, measure
from tidings.kernel.sid import BUCKETS, bucket_for, lowest_at, mint
from tidings.messages.listing import LONGEST_WAIT
from tidings.messages.metrics import RECEIVED, RECEIVED_FOR_NOBODY
from tidings.messages.promise import Reply, promise
from tidings.messages.states import STATUS_FACTS, State
from tidings.runtime import outbox
from tidings.runtime.bell import Bell
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database, with_retries
from tidings.runtime.outbox import NewFact
from tidings.runtime.statements import Statements
from tidings.senders.receiver import Receiver, receivers

SQL = Statements.beside(__file__)
log = structlog.get_logger(__name__)

LONGEST_ADDRESS = 64
INBOUND_BUCKETS = 16
"""How many of the buckets messages from people go to."""
_EVERY = BUCKETS // INBOUND_BUCKETS
_ENTROPY_BYTES = 10
_SEED_BYTES = 32
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Reception:
    """What connectors and doors hand messages from people to. `facts` wakes the readers of the outbox."""

    def __init__(
        self, db: Database, *, facts: Bell, clock: Clock, entropy: Entropy = secrets.token_bytes
    ) -> None:
        self._db = db
        self._facts = facts
        self._clock = clock
        self._entropy = entropy

    async def take(self, batch: Sequence[Inbound]) -> None:
        """Returns once the batch is durable; only then may it be acknowledged."""
        now = self._clock()
        seed = self._entropy(_SEED_BYTES)
        # A commit whose answer was lost has happened: tried again, the batch has the same ids, and is there already.
        self._facts.ring(await with_retries(partial(self._write, batch, now, seed), wait_seconds=math.inf))

    async def doubt_no_more(self, read: Mapping[UUID, Instant]) -> None:
        """Carriers know that we have what came by some sessions, until a time each: whatever is like it is another."""
        async with self._db.connection() as connection:
            await SQL.run(connection, "forget_read", list(read), list(read.values()))

    async def _write(self, batch: Sequence[Inbound], now: Instant, seed: bytes) -> set[int]:
        async with self._db.transaction() as connection:
            return await receive(connection, batch, now=now, entropy=_drawn_from(seed))


async def receive(
    connection: Connection, batch: Sequence[Inbound], *, now: Instant, entropy: Entropy
) -> set[int]:
    """Store messages from people inside the caller's transaction. Returns the buckets whose readers have news.

    `entropy(n)` gives n random bytes for each message; with the same bytes and the same `now` a batch that is stored
    already changes nothing. A message to an address that nobody owns is counted and passed over.
    """
    owners = await receivers(connection, [inbound.destination for inbound in batch])
    arrivals = []
    for inbound in batch:
        drawn = entropy(_ENTROPY_BYTES)
        owner = owners.get(inbound.destination)
        if owner is not None:
            arrivals.append(_Arrival(inbound, owner, now, drawn))
    strays = len(batch) - len(arrivals)
    if strays:
        RECEIVED_FOR_NOBODY.inc(strays)
        log.warning(
            "messages for nobody",
            count=strays,
            destinations=sorted({one.destination for one in batch if one.destination not in owners})[:10],
        )
    if not arrivals:
        return set()
    columns = [list(column) for column in zip(*(arrival.row() for arrival in arrivals), strict=True)]
    new = {row["id"] for row in await SQL.many(connection, "receive", now, *columns)}
    arrivals = [arrival for arrival in arrivals if arrival.id in new]
    RECEIVED.inc(len(arrivals))
    answers = await hear(connection, [arrival.heard() for arrival in arrivals], now=now)
    told = await _withdraw(connection, arrivals, answers, now=now)
    await outbox.append(
        connection,
        [
            NewFact(
                arrival.bucket, now, arrival.owner.account, arrival.id, State.RECEIVED.fact, _detail(answer)
            )
            for arrival, answer in zip(arrivals, answers, strict=True)
        ],
    )
    told.update(arrival.bucket for arrival in arrivals)
    automatic = [
        arrival.reply(answer)
        for arrival, answer in zip(arrivals, answers, strict=True)
        if answer.reply is not None
    ]
    await promise(connection, automatic, now=now, entropy=entropy)
    told.update(answer.news for answer in answers if answer.news is not None)
    return told


async def _withdraw(
    connection: Connection, arrivals: Sequence["_Arrival"], answers: Sequence[Answer], *, now: Instant
) -> set[int]:
    """What waits for people who said STOP does not leave any more; where a human must decide what they meant, marketing
    is held. Returns the buckets that have news of it."""
    heard = [
        (answer, (arrival.owner.account, arrival.person, answer.scope))
        for arrival, answer in zip(arrivals, answers, strict=True)
    ]
    stops = [said for answer, said in heard if answer.word is Word.STOP]
    doubts = [said for answer, said in heard if answer.review]
    return await withdraw(connection, stops, now=now) | await _hold_marketing(connection, doubts, now=now)


async def withdraw(
    connection: Connection, stops: Sequence[tuple[UUID, str, str]], *, now: Instant
) -> set[int]:
    """What waits in the queue for people (account, address, scope) who have opted out does not leave any more: it
    fails with 21610. Returns the buckets that have news of it. Needs the transaction that opts them out."""
    return await _take_out(connection, stops, hold_marketing=False, now=now)


async def _hold_marketing(
    connection: Connection, doubts: Sequence[tuple[UUID, str, str]], *, now: Instant
) -> set[int]:
    """Marketing that waits for people who may have opted out goes on waiting until a human has decided."""
    return await _take_out(connection, doubts, hold_marketing=True, now=now)


async def _take_out(
    connection: Connection, said: Sequence[tuple[UUID, str, str]], *, hold_marketing: bool, now: Instant
) -> set[int]:
    if not said:
        return set()
    oldest = lowest_at(now - LONGEST_WAIT)
    columns = (list(column) for column in zip(*set(said), strict=True))
    rows = await SQL.many(connection, "withdraw", now, oldest, STATUS_FACTS, *columns, hold_marketing)
    return {row["bucket"] for row in rows}


def _detail(answer: Answer) -> dict[str, str] | None:
    return {"opt_out_type": answer.word.value} if answer.advanced and answer.word is not None else None


def _drawn_from(seed: bytes) -> Entropy:
    """Bytes that follow from a seed: the same ones in the same order whenever it is begun again."""
    turn = count()
    return lambda size: blake2b(b"%d" % next(turn), key=seed, digest_size=size).digest()


class _Arrival:
    """A message from a person on its way into the table."""

    __slots__ = ("bucket", "id", "inbound", "owner", "person", "text")

    def __init__(self, inbound: Inbound, owner: Receiver, now: Instant, entropy: bytes) -> None:
        self.inbound = inbound
        self.owner = owner
        self.person = _storable(inbound.source)[:LONGEST_ADDRESS]
        self.text = _storable(inbound.text)
        # What one person writes to one number stays in order; different people are spread over some of the buckets,
        # so that readers find pages worth their transaction.
        self.bucket = bucket_for(f"inbound {owner.address} {self.person}") % INBOUND_BUCKETS * _EVERY
        self.id: UUID = mint(now, entropy, self.bucket)

    def heard(self) -> Heard:
        person = PhoneNumber.parse(self.person)
        return Heard(
            account=self.owner.account,
            service=self.owner.service,
            sender=self.owner.address,
            sender_kind=self.owner.kind,
            person=self.person,
            country="" if person is None else person.region,
            text=self.text,
            message=self.id,
        )

    def reply(self, answer: Answer) -> Reply:
        """The automatic reply to a keyword."""
        assert answer.reply is not None
        return Reply(
            message=self.id,
            account=self.owner.account,
            sender=self.owner.address,
            recipient=self.person,
            body=answer.reply,
            service=self.owner.service,
            automatic=True,
            confirms_opt_out=answer.word is Word.STOP,
        )

    def row(self) -> tuple[object, ...]:
        measured = measure(self.text)
        return (
            self.bucket,
            self.id,
            self.owner.account,
            self.person,
            self.owner.address,
            self.text,
            measured.encoding is Encoding.UCS2,
            max(measured.segments, self.inbound.parts),
            self.owner.service,
            self.inbound.carrier,
            self.inbound.provider_id,
            self.inbound.at,
            self._likeness(),
            None if self.inbound.session is None else self.inbound.session.id,
            None if self.inbound.session is None else self.inbound.session.since,
        )

    def _likeness(self) -> bytes | None:
        """What two deliveries of one message have in common."""
        if self.inbound.session is None:
            return None
        said = (self.person, self.owner.address, str(self.inbound.parts), self.text)
        return blake2b("\0".join(said).encode(), digest_size=16).digest()


def _storable(text: str) -> str:
    """The text without what PostgreSQL cannot hold: NUL, and halves of surrogate pairs."""
    return text.replace("\0", _REPLACEMENT).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
