"""How often networks asked for what is no link, over all processes: whoever tries codes out is shut out for a while."""

from collections import Counter
from collections.abc import Callable, Sequence

import structlog

from tidings.runtime.clock import Clock
from tidings.runtime.database import Database, is_transient
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
MOST_MISSES = 30
MISSES_SECONDS = 60.0
"""So many requests for what is no link a network may make in so long; then it gets 429 until the time is over."""
MOST_NETWORKS = 100_000

log = structlog.get_logger(__name__)


class Misses:
    """Counts here at once, and in the database for the other processes: what they counted in this minute is known
    here from this process's next miss of the network on. Nobody waits for the database. `monotonic` is a clock in
    seconds."""

    def __init__(self, db: Database, *, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock
        self._monotonic = monotonic
        self._counts: dict[str, tuple[int, float]] = {}
        self._commits = GroupCommit[str, None](self._share)

    def too_many(self, network: str) -> bool:
        known = self._counts.get(network)
        return known is not None and known[0] >= MOST_MISSES and known[1] > self._monotonic()

    def count(self, network: str) -> None:
        count, until = self._counted(network)
        if len(self._counts) >= MOST_NETWORKS:
            self._counts.clear()
        self._counts[network] = (count + 1, until)
        self._commits.submit(network)

    async def flush(self) -> None:
        """Waits until the others can know what was counted here."""
        await self._commits.flush()

    async def close(self) -> None:
        await self._commits.close()

    def _counted(self, network: str) -> tuple[int, float]:
        now = self._monotonic()
        count, until = self._counts.get(network, (0, 0.0))
        return (count, until) if until > now else (0, now + MISSES_SECONDS)

    async def _share(self, batch: Sequence[str]) -> Sequence[None]:
        more = sorted(Counter(batch).items())  # in one order, so that no two processes wait for each other
        minute = int(self._clock().timestamp() // MISSES_SECONDS)
        try:
            async with self._db.connection() as connection:
                networks, counts = [one for one, _ in more], [count for _, count in more]
                rows = await SQL.many(connection, "count_misses", networks, counts, minute)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("misses are not shared", reason=repr(error))
            return [None] * len(batch)
        for row in rows:
            count, until = self._counted(row["network"])
            self._counts[row["network"]] = (max(count, row["misses"]), until)
        return [None] * len(batch)
