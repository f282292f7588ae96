"""An account's caps: remembered for a few seconds, changed with the reason, looked back upon."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import msgspec

from tidings.compliance.caps.cap import Cap
from tidings.compliance.caps.settings import AccountCaps, CapSettings, account_caps
from tidings.kernel.instant import EPOCH, Instant
from tidings.runtime.database import Connection, Database
from tidings.runtime.single_flight import SingleFlight
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 10_000
DEFAULT_BY = "Tidings"


@dataclass(frozen=True, slots=True)
class Kept:
    """Settings as they were said. `version` 0: nobody has said any."""

    settings: CapSettings
    version: int = 0
    reason: str = ""
    changed_by: str = DEFAULT_BY
    at: Instant | None = None


class Caps:
    """`monotonic` is a clock in seconds, `laws` gives the caps of the rule pack in force. What an account sets takes
    effect after `trust_seconds` at most, another pack at once."""

    def __init__(
        self,
        db: Database,
        *,
        monotonic: Callable[[], float],
        laws: Callable[[], tuple[Cap, ...]],
        trust_seconds: float = 5.0,
    ) -> None:
        self._db = db
        self._laws = laws
        self._monotonic = monotonic
        self._trust_seconds = trust_seconds
        self._known: dict[UUID, tuple[AccountCaps, float]] = {}
        self._reading = SingleFlight[UUID, AccountCaps]()

    def recall(self, account: UUID) -> AccountCaps | None:
        """The account's caps, if they were looked up a moment ago."""
        known = self._known.get(account)
        if known is None or known[1] <= self._monotonic():
            return None
        caps, laws = known[0], self._laws()
        if caps.laws is not laws:
            caps = caps.under(laws)
            self._known[account] = (caps, known[1])
        return caps

    async def find(self, account: UUID) -> AccountCaps:
        caps = self.recall(account)
        if caps is not None:
            return caps
        return await self._reading.share(account, lambda: self._read(account))

    async def _read(self, account: UUID) -> AccountCaps:
        async with self._db.connection() as connection:
            caps = await caps_of(connection, account, self._laws())
        known = self._known.get(account)
        if known is not None and known[0] == caps:
            caps = known[0]
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[account] = (caps, self._monotonic() + self._trust_seconds)
        return caps


async def caps_of(connection: Connection, account: UUID, laws: tuple[Cap, ...]) -> AccountCaps:
    """The account's caps as they are now, beside those that law sets."""
    kept = await settings_of(connection, account)
    opened = await SQL.one(connection, "opened", account)
    return account_caps(
        kept.settings,
        opened_at=EPOCH if opened is None else opened["at"],
        homes=frozenset() if opened is None else frozenset(opened["homes"]),
        version=kept.version,
        changed_by=kept.changed_by,
        laws=laws,
    )


async def settings_of(connection: Connection, account: UUID) -> Kept:
    """What the account said last, or the defaults."""
    found = await history(connection, account, most=1)
    return found[0] if found else Kept(CapSettings())


async def keep_settings(
    connection: Connection,
    account: UUID,
    settings: CapSettings,
    *,
    reason: str,
    changed_by: str,
    now: Instant,
) -> Kept:
    """Say new settings, whole; they must be without faults. What was said before stays in the history."""
    wanted = msgspec.to_builtins(settings)
    version = await SQL.value(connection, "keep_settings", account, wanted, reason, changed_by, now)
    return Kept(settings, version, reason, changed_by, now)


async def history(connection: Connection, account: UUID, *, most: int) -> list[Kept]:
    """Everything that was said, newest first."""
    return [
        Kept(
            msgspec.convert(row["settings"], CapSettings),
            row["id"],
            row["reason"],
            row["changed_by"],
            row["at"],
        )
        for row in await SQL.many(connection, "history", account, most)
    ]
