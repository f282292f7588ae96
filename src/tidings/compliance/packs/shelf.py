"""The shelf: packs as they were installed, and which of them holds from when.

A change is told at once, through the channel `rule_packs`, to all processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from tidings.compliance.packs import manifest as manifests
from tidings.compliance.packs.faults import BadRows, Fault
from tidings.compliance.packs.folder import manifest_of
from tidings.compliance.packs.manifest import SHIPPED
from tidings.compliance.packs.pack import Pack, assemble, shipped
from tidings.kernel.instant import EPOCH, Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

CHANNEL = "rule_packs"


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Installed:
    """A pack on the shelf, without its tables."""

    version: str
    origin: str
    """`shipped` with a release, or of an `operator`."""
    title: str
    effective_from: date
    digest: str
    installed_at: Instant
    installed_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Use:
    """That a pack holds from a moment on. `version` None: that of the release; number 0: nobody ever said anything."""

    number: int
    version: str | None
    from_at: Instant
    at: Instant
    by: Author


NO_USE = Use(0, None, EPOCH, EPOCH, Author("", "nobody has chosen another"))


async def installed(connection: Connection) -> list[Installed]:
    """All packs on the shelf, the latest first."""
    return [Installed(**dict(row)) for row in await SQL.many(connection, "packs")]


async def find(connection: Connection, version: str) -> Pack | None:
    """A pack of the shelf, or that of the release by its version or `shipped`. None when there is no such version.

    Raises BadRows when it was installed by a release whose form of packs this one does not read.
    """
    own = shipped()
    if version in (SHIPPED, own.version):
        return own
    row = await SQL.one(connection, "pack", version)
    return None if row is None else assemble(row["manifest"], row["tables"])


async def pack_at(connection: Connection, at: Instant) -> Pack:
    """The pack that holds at a moment. One that cannot be read leaves the one before it in force."""
    for one in reversed([one for one in await uses(connection) if one.from_at <= at]):
        try:
            found = await find(connection, one.version or SHIPPED)
        except BadRows:
            continue
        if found is not None:
            return found
    return shipped()


async def install(
    connection: Connection, manifest: str, pack: Pack, *, by: Author, now: Instant, origin: str = "operator"
) -> bool:
    """Put a pack on the shelf, with its manifest's text. It does not hold before `use`.

    False when just this pack is there already. Raises BadRows when another has its version.
    """
    one = pack.manifest
    values = (one.version, origin, manifest, one.title, one.effective_from, dict(pack.tables), pack.digest)
    if await SQL.value(connection, "install", *values, now, by.name, by.reason) is not None:
        return True
    there = await find(connection, one.version)
    if there is not None and there.digest == pack.digest:
        return False
    problem = f"{one.version} is installed already and says other things: give this one a version of its own."
    raise BadRows([Fault(manifests.FILE, 1, "version", problem)])


async def keep_shipped(connection: Connection, *, now: Instant) -> bool:
    """Put the pack of this release on the shelf, so that it can be read after the next one. Whether it is new there."""
    pack = shipped()
    by = Author("tidings", "it ships with the release")
    manifest = manifest_of(pack, version=pack.version, title=pack.manifest.title)
    return await install(connection, manifest, pack, by=by, now=now, origin=SHIPPED)


async def use(
    connection: Connection, version: str | None, *, from_at: Instant, by: Author, now: Instant
) -> int:
    """Let a pack of the shelf hold from a moment on; None for that of the release. All processes hear of it when this
    is committed. Returns the number of the line that says so.
    """
    return int(await SQL.value(connection, "use", version, from_at, now, by.name, by.reason))


async def uses(connection: Connection) -> list[Use]:
    """Every use that was said, in the order in which they count."""
    return [
        Use(row["id"], row["version"], row["from_at"], row["at"], Author(row["changed_by"], row["reason"]))
        for row in await SQL.many(connection, "uses")
    ]


def in_force(said: Sequence[Use], at: Instant) -> Use:
    """The use that counts at a moment. `said` as `uses` gives them. Pure."""
    come = [one for one in said if one.from_at <= at]
    return come[-1] if come else NO_USE


def coming(said: Sequence[Use], after: Instant) -> list[Use]:
    """The uses that will count after a moment, each of a moment's last. Pure."""
    by_moment = {one.from_at: one for one in said if one.from_at > after}
    return [by_moment[at] for at in sorted(by_moment)]


def first_moment(pack: Pack, *, now: Instant) -> Instant:
    """When a pack may hold at the earliest: the day that it names (UTC), or now when that has begun. Pure."""
    return max(now, datetime.combine(pack.manifest.effective_from, time(), UTC))
