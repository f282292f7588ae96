"""`/tidings/v1/rule-packs`: the rule packs, which of them holds, and changing that.

Rules hold for every account: everybody may read them, and only the operator's account
(TIDINGS_OPERATOR_ACCOUNT) installs packs and takes them into use, with its auth token rather than a key.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from tidings.compliance.packs.compare import Change, compare
from tidings.compliance.packs.faults import BadRows, Fault
from tidings.compliance.packs.manifest import SHIPPED
from tidings.compliance.packs.pack import TABLES, Pack, assemble, shipped
from tidings.compliance.packs.shelf import (
    Author,
    Installed,
    Use,
    coming,
    find,
    first_moment,
    in_force,
    install,
    installed,
    keep_shipped,
    use,
    uses,
)
from tidings.kernel.codes import FORBIDDEN, INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.web.api.request import Caller
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/rule-packs"
MOST_FAULTS_TOLD = 500

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Place = Annotated[
    str | None,
    QueryParameter(description="Only the rules of a country (`FR`), state (`US-TX`) or network (`+881`)."),
]
Old = Annotated[
    str, QueryParameter(description="The version to compare with; `shipped` is that of the release.")
]


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack: the text of its `pack.toml`, and of its tables by file name. Those left out are the shipped ones."""

    manifest: str
    tables: dict[str, str] = {}


class Installing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    manifest: str
    reason: Reason
    tables: dict[str, str] = {}


class Using(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_at": "from"}):
    reason: Reason
    from_at: Instant | None = None
    """From when; null: the pack's own day, or now if that has come."""


class ShownUse(msgspec.Struct, frozen=True, rename={"from_at": "from"}):
    number: int
    """0: nobody ever said anything."""
    version: str
    follows_release: bool
    """Whether it is the pack of the release, whichever that is."""
    from_at: Instant | None
    changed_by: str | None
    reason: str


class ShownInstalled(msgspec.Struct, frozen=True):
    version: str
    origin: str
    """`shipped` with a release, or of an `operator`."""
    title: str
    effective_from: date
    """The first day on which it is meant to hold (UTC)."""
    digest: str
    installed_at: Instant
    installed_by: str
    reason: str


class ShownShelf(msgspec.Struct, frozen=True):
    in_force: ShownUse
    coming: list[ShownUse]
    history: list[ShownUse]
    """Everything that was said, in the order in which it counts."""
    packs: list[ShownInstalled]
    """The latest first."""


class ShownPack(msgspec.Struct, frozen=True):
    version: str
    title: str
    effective_from: date
    source: str
    note: str
    digest: str
    """SHA-256 over its tables."""
    tables: dict[str, int]
    """How many rules each table has, of the place that was asked for."""
    rows: dict[str, list[dict[str, str]]]
    """The rules, as they are written."""


class ShownFault(msgspec.Struct, frozen=True):
    file: str
    row: int
    """As an editor counts: the header is 1."""
    column: str
    problem: str


class Checked(msgspec.Struct, frozen=True, omit_defaults=True):
    ok: bool
    version: str = ""
    digest: str = ""
    differs_from_shipped: int | None = None
    """In how many rules."""
    faults: list[ShownFault] = []


class Put(msgspec.Struct, frozen=True):
    version: str
    installed: bool
    """False: just this pack was there already."""
    digest: str


class Used(msgspec.Struct, frozen=True, rename={"from_at": "from"}):
    use: int
    """The number of the line of the history that says so."""
    version: str
    from_at: Instant


class ShownChange(msgspec.Struct, frozen=True):
    """One rule that differs. `was` and `becomes` have the columns that differ; empty where the rule is not there."""

    file: str
    rule: str
    kind: str
    place: str
    """Where it holds; `*` for everywhere."""
    traffic: str | None
    """The kind of message that it is about; null for all."""
    was: dict[str, str]
    becomes: dict[str, str]


class Differences(msgspec.Struct, frozen=True):
    changes: list[ShownChange]


def handlers(*, db: Database, clock: Clock, operator: UUID | None) -> list[ControllerRouterHandler]:
    """`operator`: the account that may change what holds for all; None for nobody."""

    @get(PATH, tags=["Rule packs"], summary="The rule packs, and which of them holds")
    async def read_all(caller: Asking) -> ShownShelf:
        async with db.transaction() as connection:
            return await shown_shelf(connection, now=clock())

    @get(f"{PATH}/{{version:str}}", tags=["Rule packs"], summary="What a pack says")
    async def read(caller: Asking, version: FromPath[str], place: Place = None) -> ShownPack:
        """`shipped` is the pack of the release."""
        async with db.connection() as connection:
            return shown_pack(await _found(connection, version), place=place)

    @get(f"{PATH}/{{version:str}}/diff", tags=["Rule packs"], summary="In which rules two packs differ")
    async def differ(caller: Asking, version: FromPath[str], old: Old = SHIPPED) -> Differences:
        async with db.connection() as connection:
            both = await _found(connection, old), await _found(connection, version)
        return Differences([shown_change(one) for one in compare(*both)])

    @post(
        f"{PATH}/check", tags=["Rule packs"], summary="Everything that is wrong with a pack", status_code=200
    )
    async def check(caller: Asking, data: JSONBody[Given]) -> Checked:
        """By file, row and column. It changes nothing."""
        return checked(data.manifest, data.tables)

    @post(PATH, tags=["Rule packs"], summary="Put a pack on the shelf", status_code=200)
    async def put(caller: Asking, data: JSONBody[Installing]) -> Put:
        """Whole: one that has a fault is refused. It does not hold before it is taken into use."""
        by = _operator(caller, operator, data.reason)
        try:
            pack = assemble(data.manifest, data.tables)
            async with db.transaction() as connection:
                await keep_shipped(connection, now=clock())
                new = await install(connection, data.manifest, pack, by=by, now=clock())
        except BadRows as bad:
            raise _invalid("tables", "; ".join(map(str, bad.faults[:20]))) from None
        return Put(pack.version, new, pack.digest)

    @post(f"{PATH}/{{version:str}}/use", tags=["Rule packs"], summary="Let a pack hold", status_code=200)
    async def take_into_use(caller: Asking, version: FromPath[str], data: JSONBody[Using]) -> Used:
        """From a moment on, in all processes at once; the one before holds until then."""
        by, now = _operator(caller, operator, data.reason), clock()
        async with db.transaction() as connection:
            pack = await _found(connection, version)
            from_at = first_moment(pack, now=now) if data.from_at is None else _coming(data.from_at, now)
            await keep_shipped(connection, now=now)
            name = None if version == SHIPPED else pack.version
            number = await use(connection, name, from_at=from_at, by=by, now=now)
        return Used(number, name or SHIPPED, from_at)

    return [read_all, read, differ, check, put, take_into_use]


async def shown_shelf(connection: Connection, *, now: Instant) -> ShownShelf:
    """What is on the shelf, the pack of this release among it. Needs an open transaction."""
    await keep_shipped(connection, now=now)
    return shown_shelf_of(await installed(connection), await uses(connection), now=now)


def shown_shelf_of(packs: Sequence[Installed], said: Sequence[Use], *, now: Instant) -> ShownShelf:
    return ShownShelf(
        _shown_use(in_force(said, now)),
        [_shown_use(one) for one in coming(said, now)],
        [_shown_use(one) for one in said],
        [_shown_installed(one) for one in packs],
    )


def _shown_use(one: Use) -> ShownUse:
    return ShownUse(
        one.number,
        one.version or shipped().version,
        one.version is None,
        None if one.number == 0 else one.from_at,
        one.by.name or None,
        one.by.reason,
    )


def shown_pack(pack: Pack, *, place: str | None = None) -> ShownPack:
    one = pack.manifest
    rows = {file: rows_of(pack, file, place) for file in TABLES}
    counts = {file: len(found) for file, found in rows.items()}
    return ShownPack(
        pack.version, one.title, one.effective_from, one.source, one.note, pack.digest, counts, rows
    )


def rows_of(pack: Pack, file: str, place: str | None) -> list[dict[str, str]]:
    """All rows of a table, or those of a place."""
    found = pack.rows(file)
    return found if place is None else [row for row in found if row[TABLES[file].place] == place]


def checked(manifest: str, tables: Mapping[str, str]) -> Checked:
    try:
        pack = assemble(manifest, tables)
    except BadRows as bad:
        return Checked(False, faults=[_shown_fault(one) for one in bad.faults[:MOST_FAULTS_TOLD]])
    return Checked(True, pack.version, pack.digest, len(compare(shipped(), pack)))


def shown_change(one: Change) -> ShownChange:
    return ShownChange(
        one.file,
        one.rule,
        one.kind.value,
        one.place,
        one.traffic or None,
        dict(one.was),
        dict(one.becomes),
    )


def _shown_installed(one: Installed) -> ShownInstalled:
    return ShownInstalled(
        one.version,
        one.origin,
        one.title,
        one.effective_from,
        one.digest,
        one.installed_at,
        one.installed_by,
        one.reason,
    )


def _shown_fault(one: Fault) -> ShownFault:
    return ShownFault(one.file, one.row, one.column, one.problem)


async def _found(connection: Connection, version: str) -> Pack:
    try:
        pack = await find(connection, version)
    except BadRows as bad:
        raise _invalid("version", f"{version} cannot be read by this release: {bad.faults[0]}") from None
    if pack is None:
        raise Denied(Refused(NOT_FOUND, f"There is no rule pack {version[:64]}"))
    return pack


def _operator(caller: Caller, operator: UUID | None, reason: str) -> Author:
    """Who changes what holds for all. Refused unless it is the operator's account itself."""
    if operator is None or caller.account != operator or caller.owner != operator or caller.by_key:
        text = (
            "Rules hold for every account: only the operator's account changes them, with its auth token"
            " (TIDINGS_OPERATOR_ACCOUNT), or `tidings packs` on the machine"
        )
        raise Denied(Refused(FORBIDDEN, text))
    if not reason.strip():
        raise _invalid("reason", "must say why")
    return Author(f"API, {caller.sid}", reason.strip())


def _coming(at: Instant, now: Instant) -> Instant:
    if at.tzinfo is None:
        raise _invalid("from", "has no time zone: write 2027-01-01T06:00:00Z")
    if at < now:
        raise _invalid("from", "has gone by: what has happened stays as it was")
    return at


def _invalid(field: str, problem: str) -> Denied:
    return Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {field}: {problem}."))
