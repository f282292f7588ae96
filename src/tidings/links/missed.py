"""Say that people follow links that are none: an alert of the domain's account, once a minute at most (30104,
30105)."""

from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from tidings.kernel.sid import Sid
from tidings.links.domain import Domain
from tidings.monitor import Alert, raise_alerts
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database, is_transient
from tidings.runtime.group_commit import GroupCommit

SAID_ONCE_IN_SECONDS = 60.0
MOST_DOMAINS = 10_000
WITH_FALLBACK, WITHOUT_FALLBACK = 30104, 30105

log = structlog.get_logger(__name__)


class Missed:
    """`note` never waits and never fails: whoever follows a link does not wait for what is said of it."""

    def __init__(
        self, db: Database, *, clock: Clock, monotonic: Callable[[], float], entropy: Entropy
    ) -> None:
        self._db = db
        self._clock = clock
        self._monotonic = monotonic
        self._entropy = entropy
        self._quiet_until: dict[UUID, float] = {}
        self._commits = GroupCommit[Alert, None](self._write)

    def note(self, domain: Domain) -> None:
        now = self._monotonic()
        if self._quiet_until.get(domain.id, now) > now:
            return
        if len(self._quiet_until) >= MOST_DOMAINS:
            self._quiet_until.clear()
        self._quiet_until[domain.id] = now + SAID_ONCE_IN_SECONDS
        code = WITHOUT_FALLBACK if domain.fallback_url is None else WITH_FALLBACK
        self._commits.submit(Alert(domain.account, code, str(Sid("DN", domain.id))))

    async def close(self) -> None:
        await self._commits.close()

    async def _write(self, batch: Sequence[Alert]) -> Sequence[None]:
        try:
            async with self._db.transaction() as connection:
                await raise_alerts(connection, batch, now=self._clock(), entropy=self._entropy)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("an alert is lost", reason=repr(error))
        return [None] * len(batch)
