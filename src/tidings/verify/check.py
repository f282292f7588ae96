"""Check a code: each try is counted before it is looked at, and of two right ones one alone is right.

A try counts in the row of the verification, in the same transaction that compares: neither a restart nor another
process gives anybody more tries.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.kernel.codes import CODES, NOT_FOUND, Code
from tidings.kernel.instant import Instant
from tidings.kernel.sid import bucket_of
from tidings.runtime.database import Connection, Database, Record, with_retries
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.statements import Statements
from tidings.verify.begin import bucket_of_person, floor_of, verification_of
from tidings.verify.code import CodeKey, same
from tidings.verify.fraud.traffic import Counted, count_traffic
from tidings.verify.verification import MOST_CHECKS, Channel, Status, Verification
from tidings.verify.webhooks.event import verification_event
from tidings.verify.webhooks.tell import tell

SQL = Statements.beside(__file__)

TOO_MANY_CHECKS = CODES[60202]
PSD2_INCOMPLETE = CODES[60206]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A code that somebody says. `verification` None: the one of this person."""

    account: UUID
    service: UUID
    verification: UUID | None
    recipient: str | None
    code: str
    amount: str | None
    payee: str | None
    now: Instant
    told: bool = False
    """Whether webhooks hear of it."""

    @property
    def bucket(self) -> int:
        if self.verification is not None:
            return bucket_of(self.verification)
        assert self.recipient is not None, "one of the two is named"
        return bucket_of_person(self.service, self.recipient)


Checked = Verification | Code
"""The verification as it stands now, approved where the code was right; or why nothing was compared."""


class Checking:
    """Checks codes for all accounts of a process."""

    def __init__(self, db: Database, *, key: CodeKey) -> None:
        self._db = db
        self._key = key
        self._commits = GroupCommit[Said, Checked](self._write, writers=2)

    async def check(self, said: Said) -> Checked:
        """NOT_FOUND where nothing is under way, 60202 where all tries are spent. Durable when it returns."""
        return await self._commits.submit(said)

    async def _write(self, batch: Sequence[Said]) -> Sequence[Checked]:
        async def write() -> list[Checked]:
            async with self._db.transaction() as connection:
                return await self._look(connection, batch)

        return await with_retries(write)

    async def _look(self, connection: Connection, batch: Sequence[Said]) -> list[Checked]:
        """Several tries of one verification are looked at one after another."""
        results: list[Checked] = [NOT_FOUND] * len(batch)
        waiting = list(range(len(batch)))
        back: list[Counted] = []
        while waiting:
            rows = await SQL.many(connection, "spend", *_columns([batch[n] for n in waiting]))
            spent = {waiting[row["place"]]: row for row in rows}
            right = []
            for place, row in spent.items():
                result = results[place] = self._judge(batch[place], row)
                if isinstance(result, Verification) and result.status is Status.APPROVED:
                    right.append(
                        (row["bucket"], row["id"], row["account"], batch[place].now, floor_of(row["id"]))
                    )
            if right:
                back += await approve(connection, right)
            waiting = [place for place in waiting if place not in spent] if spent else []
        await count_traffic(connection, back)
        await tell(
            connection,
            [
                verification_event(found, status, at=said.now)
                for said, found in zip(batch, results, strict=True)
                if said.told and isinstance(found, Verification) and (status := _news(found)) is not None
            ],
        )
        return results

    def _judge(self, said: Said, row: Record) -> Checked:
        """Of a verification whose try is counted already."""
        if row["checks"] > MOST_CHECKS:
            return TOO_MANY_CHECKS
        if row["amount"] is not None and said.amount is None:
            return PSD2_INCOMPLETE
        digest = self._key.digest(
            said.code, account=row["account"], service=row["service"], recipient=row["recipient"]
        )
        is_right = same(digest, row["code_hash"])
        # What is paid and to whom is part of what is approved.
        is_right &= (said.amount, said.payee) == (row["amount"], row["payee"]) or row["amount"] is None
        found = verification_of(row)
        if is_right:
            return msgspec.structs.replace(found, status=Status.APPROVED)
        return found

    async def close(self) -> None:
        await self._commits.close()


async def approve(
    connection: Connection, right: Sequence[tuple[int, UUID, UUID, Instant, UUID]]
) -> list[Counted]:
    """Ends verifications (bucket, id, account, now, floor of their attempts' ids), and gives the codes that came back,
    which are to be counted at the transaction's end."""
    columns = (list(column) for column in zip(*sorted(right), strict=True))
    rows = await SQL.many(connection, "approve", *columns)
    return [
        Counted(row["account"], row["recipient"], row["country"], row["created_at"], True)
        for row in rows
        if row["channel"] == Channel.SMS
    ]


def _news(found: Verification) -> Status | None:
    """What others want to hear of a verification whose code was just looked at."""
    if found.status is Status.APPROVED:
        return Status.APPROVED
    return Status.MAX_ATTEMPTS_REACHED if found.checks == MOST_CHECKS else None


def _columns(batch: Sequence[Said]) -> list[list[object]]:
    rows = [
        (one.bucket, one.account, one.service, one.recipient, one.verification, one.now, place)
        for place, one in enumerate(batch)
    ]
    return [list(column) for column in zip(*rows, strict=True)]
