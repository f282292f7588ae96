"""What an account chose of the gate: remembered for a few seconds, changed with the reason, looked back upon."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import msgspec

from tidings.compliance.gate.settings import Chosen, GateSettings, settings_from
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Database
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 10_000
DEFAULT_BY = "Tidings"


@dataclass(frozen=True, slots=True)
class Kept:
    """A choice as it was made. `version` 0: nobody has made any."""

    chosen: Chosen
    version: int = 0
    reason: str = ""
    changed_by: str = DEFAULT_BY
    at: Instant | None = None


class GateSettingsOf:
    """`monotonic` is a clock in seconds. A change takes effect after `trust_seconds` at most."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = 5.0) -> None:
        self._db = db
        self._known = Remembered[UUID, GateSettings](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )
        self.recall = self._known.recall
        """The account's settings, if they were looked up a moment ago."""

    async def find(self, account: UUID) -> GateSettings:
        found = await self._known.find(account, lambda: self._read(account))
        assert found is not None, "every account has settings, if only the defaults"
        return found

    async def _read(self, account: UUID) -> GateSettings:
        async with self._db.connection() as connection:
            kept = await choice_of(connection, account)
        return settings_from(kept.chosen, version=kept.version, changed_by=kept.changed_by)


async def choice_of(connection: Connection, account: UUID) -> Kept:
    """What the account chose last, or the defaults."""
    found = await history(connection, account, most=1)
    return found[0] if found else Kept(Chosen())


async def keep_choice(
    connection: Connection, account: UUID, chosen: Chosen, *, reason: str, changed_by: str, now: Instant
) -> Kept:
    """Choose anew, whole; it must be without faults. What was chosen before stays in the history."""
    wanted = msgspec.to_builtins(chosen)
    version = await SQL.value(connection, "keep_choice", account, wanted, reason, changed_by, now)
    return Kept(chosen, version, reason, changed_by, now)


async def history(connection: Connection, account: UUID, *, most: int) -> list[Kept]:
    """Everything that was chosen, newest first."""
    return [
        Kept(msgspec.convert(row["settings"], Chosen), row["id"], row["reason"], row["changed_by"], row["at"])
        for row in await SQL.many(connection, "choices", account, most)
    ]
