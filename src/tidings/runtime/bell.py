"""A bell: wakes those who listen on a channel, after a commit.

Rings of a moment share one notice, which stands outside any transaction: a NOTIFY inside a writing transaction
would make all commits of the database wait for one another. A ring lost in a crash costs only the few seconds until
the listeners look for themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog

from tidings.runtime.database import Database, is_transient
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

LONGEST_NOTICE_BYTES = 7_500
"""PostgreSQL takes 8,000. A notice that would be longer names nothing, and means everything."""

log = structlog.get_logger(__name__)


class Bell:
    """`linger_seconds` is how long a ring waits for others, so that listeners are woken seldom under load."""

    def __init__(self, db: Database, channel: str, *, linger_seconds: float = 0.0) -> None:
        self._db = db
        self._channel = channel
        self._linger_seconds = linger_seconds
        self._names: set[str] = set()
        self._ringing: asyncio.Task[None] | None = None

    def ring(self, names: Iterable[object]) -> None:
        """Says that there is news of these (buckets, or lanes as bucket.lane). Returns at once."""
        self._names.update(map(str, names))
        if self._names and self._ringing is None:
            self._ringing = asyncio.create_task(self._ring(), name=f"ring {self._channel}")

    async def close(self) -> None:
        """Waits for the last notice."""
        if self._ringing is not None:
            await asyncio.wait([self._ringing])

    async def _ring(self) -> None:
        try:
            while self._names:
                await asyncio.sleep(self._linger_seconds)
                notice = ",".join(sorted(self._names))
                self._names.clear()
                async with self._db.connection() as connection:
                    await SQL.run(
                        connection,
                        "ring",
                        self._channel,
                        notice if len(notice) <= LONGEST_NOTICE_BYTES else "",
                    )
        except Exception as error:
            if not is_transient(error):
                raise
            log.info(
                "a ring was lost; listeners look for themselves",
                channel=self._channel,
                fault=type(error).__name__,
            )
        finally:
            self._ringing = None
