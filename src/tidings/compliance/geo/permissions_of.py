"""What an account said of countries: remembered for a few seconds, changed with its reason, looked back upon."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from tidings.compliance.geo.permission import Permission, Permissions
from tidings.compliance.geo.rows import Destinations
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Database
from tidings.runtime.single_flight import SingleFlight
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said of a destination. `allowed` None: back to the default."""

    id: int
    destination: str
    allowed: bool | None
    reason: str
    changed_by: str
    at: Instant


class GeoPermissions:
    """`monotonic` is a clock in seconds, `marked` gives what the rule pack in force says. What an account says takes
    effect after `trust_seconds` at most, another pack at once."""

    def __init__(
        self,
        db: Database,
        *,
        monotonic: Callable[[], float],
        marked: Callable[[], Destinations],
        trust_seconds: float = 5.0,
    ) -> None:
        self._db = db
        self._marked = marked
        self._monotonic = monotonic
        self._trust_seconds = trust_seconds
        self._known: dict[UUID, tuple[Permissions, float]] = {}
        self._reading = SingleFlight[UUID, Permissions]()

    def recall(self, account: UUID) -> Permissions | None:
        """What the account said, if it was looked up a moment ago."""
        known = self._known.get(account)
        if known is None or known[1] <= self._monotonic():
            return None
        permissions, marked = known[0], self._marked()
        if permissions.marked is not marked:
            permissions = replace(permissions, marked=marked, decided={})
            self._known[account] = (permissions, known[1])
        return permissions

    async def find(self, account: UUID) -> Permissions:
        permissions = self.recall(account)
        if permissions is not None:
            return permissions
        return await self._reading.share(account, lambda: self._read(account))

    async def _read(self, account: UUID) -> Permissions:
        async with self._db.connection() as connection:
            permissions = await permissions_of(connection, account, self._marked())
        known = self._known.get(account)
        if known is not None and known[0] == permissions:
            permissions = known[0]  # with what it has decided
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[account] = (permissions, self._monotonic() + self._trust_seconds)
        return permissions


async def permissions_of(connection: Connection, account: UUID, marked: Destinations) -> Permissions:
    """What the account said, as it is now, beside what a rule pack says of destinations."""
    return Permissions(
        {
            row["destination"]: Permission(row["allowed"], row["reason"], row["changed_by"], row["id"])
            for row in await SQL.many(connection, "permissions", account)
        },
        marked,
    )


async def permit(
    connection: Connection,
    account: UUID,
    destinations: Sequence[str],
    *,
    allowed: bool | None,
    reason: str,
    changed_by: str,
    now: Instant,
) -> int:
    """Allow or deny destinations, or with `allowed` None go back to the default; how many that changed."""
    wanted = sorted(set(destinations))
    return await SQL.run(connection, "permit", account, wanted, allowed, reason, changed_by, now)


async def history(connection: Connection, account: UUID, *, most: int) -> list[Line]:
    """Everything that was said, newest first."""
    return [Line(**dict(row)) for row in await SQL.many(connection, "history", account, most)]
