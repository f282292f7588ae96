"""How many messages of each account wait for their SendAt, as a process that accepts knows it.

Each count is read from the database and then kept up by what this process lets in. It is read anew every ten seconds,
every second once the account is near its limit, and before anything is refused (but no oftener than each second). So a
refusal is at most a second late in hearing that room was made, and several processes together overshoot by what they
accept within a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.codes import TOO_MANY_SCHEDULED
from tidings.kernel.outcomes import Refused
from tidings.runtime.database import Database
from tidings.runtime.single_flight import SingleFlight
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

MOST_PENDING = 500_000
"""Twilio's limit of an account."""
FRESH_SECONDS = 1.0
TRUSTED_SECONDS = 10.0
_NEAR = 0.8
_MOST_ACCOUNTS = 10_000


@dataclass(slots=True)
class _Count:
    pending: int
    read_at: float


class Pending:
    """`most`: what an account may have scheduled at a time."""

    def __init__(self, db: Database, *, most: int = MOST_PENDING, monotonic: Callable[[], float]) -> None:
        self._db = db
        self._most = most
        self._monotonic = monotonic
        self._counts: dict[UUID, _Count] = {}
        self._reading = SingleFlight[UUID, _Count]()

    async def enter(self, account: UUID) -> Refused | None:
        """Count one more message in, or refuse it with 35125.

        One that is not written after all stays counted until the next reading."""
        count = self._counts.get(account)
        now = self._monotonic()
        if count is None or now - count.read_at > self._trusted_seconds(count):
            count = await self._reading.share(account, lambda: self._read(account))
        if count.pending >= self._most:
            return Refused.because(TOO_MANY_SCHEDULED)
        count.pending += 1
        return None

    def _trusted_seconds(self, count: _Count) -> float:
        return FRESH_SECONDS if count.pending >= _NEAR * self._most else TRUSTED_SECONDS

    async def _read(self, account: UUID) -> _Count:
        known = self._counts.get(account)
        before = 0 if known is None else known.pending
        at = self._monotonic()
        async with self._db.connection() as connection:
            pending = int(await SQL.value(connection, "pending", account, self._most))
        # Whoever was let in while it was read is not in it.
        meanwhile = 0 if known is None else known.pending - before
        if len(self._counts) >= _MOST_ACCOUNTS:
            self._counts.clear()
        self._counts[account] = _Count(pending + meanwhile, at)
        return self._counts[account]
