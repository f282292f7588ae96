"""`/tidings/v1/consents`: who agreed to what, what was entered when, and the root that stands for all of it."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from tidings.compliance.consent import ledger, sheet
from tidings.compliance.consent.entry import Deed, Entry, Method, Proof, Reach, Said
from tidings.compliance.consent.record import append, known_to
from tidings.compliance.consent.scope import parse_scope
from tidings.compliance.consent.standing import ConsentState, Known
from tidings.compliance.consent.take_in import take_in, unknown_scopes
from tidings.compliance.opt_outs.scope import parse_recipient
from tidings.kernel.codes import INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/consents"
DEFAULT_LIMIT = 50
LARGEST_LIMIT = 1000
MOST_FAULTS_TOLD = 20
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ahead of ours a caller's clock may be."""

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="How many at most.")]
Text = Annotated[str, Meta(min_length=1, max_length=sheet.LONGEST_TEXT)]
Digest = Annotated[str, Meta(pattern="^[0-9a-fA-F]{64}$")]
ScopeQuery = Annotated[
    str | None, QueryParameter(name="scope", description="brand, topic:NAME, a service's SID or a sender.")
]
ReasonQuery = Annotated[str, QueryParameter(min_length=1, max_length=sheet.LONGEST_TEXT)]
StateQuery = Annotated[
    Literal["pending", "granted", "revoked", "expired", "lifted"] | None,
    QueryParameter(name="state", description="Only these."),
]
METHODS = Literal["web_form", "keyword", "paper", "phone", "in_person", "app", "import", "other"]


class Proving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that proves a consent, which stays with you: its hash binds it."""

    name: Text
    sha256: Digest
    bytes: Annotated[int, Meta(ge=0)]


class Granting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recipient: str
    method: METHODS
    wording: Annotated[str, Meta(min_length=1, max_length=sheet.LONGEST_WORDING)]
    scope: str = "brand"
    place: Text | None = None
    ip: Annotated[str, Meta(max_length=64)] | None = None
    given_at: Instant | None = None
    expires_at: Instant | None = None
    double_opt_in: bool = False
    """No consent until it is confirmed."""
    proofs: Annotated[list[Proving], Meta(max_length=20)] = []
    reason: Text | None = None


class Confirming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recipient: str
    method: METHODS
    scope: str = "brand"
    place: Text | None = None
    ip: Annotated[str, Meta(max_length=64)] | None = None
    reason: Text | None = None


class Revoking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recipient: str
    reason: Text
    scope: str = "brand"
    method: METHODS = "other"
    reach: Literal["scope", "all"] = "scope"
    """`all`: everything, whatever the scope."""


class Shown(msgspec.Struct, frozen=True):
    """What is known of a person in a scope."""

    recipient: str
    scope: str
    state: str
    since: Instant
    expires_at: Instant | None
    confirmed: bool
    reach: str
    method: str
    entry: int


class Listed(msgspec.Struct, frozen=True):
    consents: list[Shown]
    next: str | None
    """Where the list goes on; null at its end."""


class Entered(msgspec.Struct, frozen=True):
    entry: int
    """Its place in the ledger."""
    hash: str
    line: dict[str, Any]
    """The entry itself."""


class Told(msgspec.Struct, frozen=True):
    recipient: str
    standing: list[Shown]
    history: list[Entered]
    wordings: dict[str, str]
    """What was read, by the `wording_sha256` of the entries."""
    next: str | None


class Rooted(msgspec.Struct, frozen=True):
    size: int
    root: str
    at: Instant | None


class Proven(msgspec.Struct, frozen=True):
    entry: int
    line: str
    """Octet for octet what is hashed."""
    size: int
    root: str
    proof: list[str]
    """As RFC 9162 (2.1.3) has it, from the bottom up."""


class Imported(msgspec.Struct, frozen=True):
    rows: int
    new: int


def handlers(*, db: Database, clock: Clock) -> list[ControllerRouterHandler]:
    return [*_reading(db), *_changing(db, clock), _import(db, clock)]


def _reading(db: Database) -> list[ControllerRouterHandler]:
    @get(PATH, tags=["Consents"], summary="Who agreed to what")
    async def list_consents(
        caller: Asking,
        in_state: StateQuery = None,
        of: ScopeQuery = None,
        recipient: FromQuery[str | None] = None,
        after: FromQuery[str | None] = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Listed:
        """By recipient and scope."""
        place = ("", "") if after is None else (after.partition(",")[0], after.partition(",")[2])
        async with db.connection() as connection:
            found = await ledger.listed(
                connection,
                caller.account,
                after=place,
                most=limit,
                state=ConsentState(in_state) if in_state else None,
                scope=_scope(of) if of else None,
                recipient=_recipient(recipient) if recipient else None,
            )
        following = None
        if len(found) == limit:
            asked = {"state": in_state, "scope": of, "recipient": recipient, "limit": limit}
            asked = {key: value for key, value in asked.items() if value is not None}
            person, known = found[-1]
            following = f"{PATH}?{urlencode({**asked, 'after': f'{person},{known.scope}'})}"
        return Listed([shown(person, known) for person, known in found], following)

    @get(f"{PATH}/history", tags=["Consents"], summary="What was entered about one person")
    async def read_history(
        caller: Asking,
        recipient: FromQuery[str],
        before: FromQuery[int] = ledger.NEWEST,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Told:
        """Every entry, newest first, opt-outs among them; with what the person read, word for word."""
        person = _recipient(recipient)
        async with db.connection() as connection:
            return await told_of(connection, caller.account, person, before=before, most=limit)

    @get(f"{PATH}/root", tags=["Consents"], summary="The root of the ledger")
    async def read_root(caller: Asking) -> Rooted:
        """Stands for everything in it: who keeps it can tell later whether an entry was changed."""
        async with db.connection() as connection:
            root = await ledger.root_of(connection, caller.account)
        return Rooted(root.size, root.root.hex(), root.at)

    @get(f"{PATH}/entries/{{number:int}}/proof", tags=["Consents"], summary="Proof of an entry")
    async def read_proof(caller: Asking, number: FromPath[int], size: FromQuery[int | None] = None) -> Proven:
        """That it stands in the ledger of a root: the one of now, or that with `size` entries, whose root is then for
        you to know."""
        async with db.transaction() as connection:
            root = await ledger.root_of(connection, caller.account)
            of = root.size if size is None else size
            if not 1 <= number <= of <= root.size:
                raise Denied(Refused(NOT_FOUND, f"There is no entry {number} among {of}"))
            (proof,) = await ledger.proofs_of(connection, caller.account, [number], size=of)
            line = await ledger.entry_of(connection, caller.account, number)
        shown_root = root.root.hex() if of == root.size else ""
        return Proven(number, line.decode(), of, shown_root, [one.hex() for one in proof])

    return [list_consents, read_history, read_root, read_proof]


def _changing(db: Database, clock: Clock) -> list[ControllerRouterHandler]:
    async def entered(account: UUID, said: Said, now: Instant) -> Entered:
        async with db.transaction() as connection:
            await _check_scope(connection, account, said.scope)
            if said.deed is Deed.CONFIRM:
                known = await known_to(connection, [(account, said)], now=now)
                there = known.get((account, said.recipient, said.scope))
                if there is None or there.state not in (ConsentState.PENDING, ConsentState.GRANTED):
                    raise Denied(
                        Refused(
                            NOT_FOUND, f"No consent of {said.recipient} to {said.scope} waits to be confirmed"
                        )
                    )
            (entry,) = await append(connection, [(account, said)], now=now)
        return shown_entry(entry)

    @post(PATH, tags=["Consents"], summary="Enter a consent", status_code=200)
    async def grant(caller: Asking, data: JSONBody[Granting]) -> Entered:
        """With what the person read, how, where and when they agreed. Every call is an entry of its own."""
        now = clock()
        since = min(_aware(data.given_at, "given_at") or now, now)
        if data.given_at is not None and data.given_at > now + CLOCKS_DIFFER:
            raise _invalid("given_at", "lies in the future")
        expires = _aware(data.expires_at, "expires_at")
        if expires is not None and expires <= since:
            raise _invalid("expires_at", "must lie after given_at")
        said = Said(
            Deed.REQUEST if data.double_opt_in else Deed.GRANT,
            _recipient(data.recipient),
            _scope(data.scope),
            Method(data.method),
            since,
            expires_at=expires,
            wording=data.wording,
            place=data.place,
            ip=data.ip,
            reason=data.reason,
            by=caller.sid,
            proofs=tuple(Proof(one.name, one.sha256.lower(), one.bytes) for one in data.proofs),
        )
        return await entered(caller.account, said, now)

    @post(f"{PATH}/confirm", tags=["Consents"], summary="Confirm a consent", status_code=200)
    async def confirm(caller: Asking, data: JSONBody[Confirming]) -> Entered:
        """The second step of a double opt-in, where it is not a YES by text, which is heard by itself."""
        now = clock()
        said = Said(
            Deed.CONFIRM,
            _recipient(data.recipient),
            _scope(data.scope),
            Method(data.method),
            now,
            place=data.place,
            ip=data.ip,
            reason=data.reason,
            by=caller.sid,
        )
        return await entered(caller.account, said, now)

    @post(f"{PATH}/revoke", tags=["Consents"], summary="Enter a withdrawal", status_code=200)
    async def revoke(caller: Asking, data: JSONBody[Revoking]) -> Entered:
        """Ends marketing in the scope (of a topic: every message). An opt-out of a sender is entered with it instead:
        `/tidings/v1/opt-outs`."""
        now = clock()
        said = Said(
            Deed.REVOKE,
            _recipient(data.recipient),
            _scope(data.scope),
            Method(data.method),
            now,
            reach=Reach(data.reach),
            reason=data.reason,
            by=caller.sid,
        )
        return await entered(caller.account, said, now)

    return [grant, confirm, revoke]


def _import(db: Database, clock: Clock) -> ControllerRouterHandler:
    @post(f"{PATH}/import", tags=["Consents"], summary="Take in a sheet of consents", status_code=200)
    async def take_in_sheet(
        request: Request[Any, Any, Any],
        caller: Asking,
        reason: ReasonQuery,
        of: ScopeQuery = None,
        wording: FromQuery[str | None] = None,
        name: FromQuery[str | None] = None,
    ) -> Imported:
        """CSV in UTF-8: a header with `recipient`, `given_at`, and `scope` and `wording` unless given for all. One line
        that is wrong and nothing is taken in. The sheet's own SHA-256 is bound into every entry, under `name`."""
        body, now = await request.body(), clock()
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise _invalid("sheet", "is not UTF-8") from error
        for_all = sheet.ForAll(
            scope=_scope(of) if of else None,
            wording=wording,
            reason=reason,
            by=caller.sid,
            sheet=Proof((name or "sheet.csv")[: sheet.LONGEST_TEXT], sha256(body).hexdigest(), len(body)),
        )
        asked = sheet.read(text, for_all=for_all, now=now)
        async with db.connection() as connection:
            faults = [*asked.faults, *await foreign(connection, caller.account, asked)]
        if faults:
            raise Denied(Refused(INVALID_PARAMETER, f"Nothing was taken in: {told_faults(faults)}."))
        return Imported(len(asked.said), await take_in(db, caller.account, asked.said, clock=clock))

    return take_in_sheet


async def told_of(connection: Connection, account: UUID, person: str, *, before: int, most: int) -> Told:
    """All that an account knows of a person."""
    entries = await ledger.history(connection, account, person, before=before, most=most)
    standing = await ledger.listed(connection, account, most=LARGEST_LIMIT, recipient=person)
    following = None
    if len(entries) == most:
        asked = urlencode({"recipient": person, "limit": most, "before": entries[-1].n})
        following = f"{PATH}/history?{asked}"
    return Told(
        person,
        [shown(one, known) for one, known in standing],
        [Entered(one.n, one.leaf.hex(), one.fields) for one in entries],
        await ledger.wordings_of(connection, account, entries),
        following,
    )


async def foreign(connection: Connection, account: UUID, asked: sheet.Sheet) -> list[sheet.Fault]:
    """Lines about services and senders that are not the account's."""
    unknown = await unknown_scopes(connection, account, {one.scope for one in asked.said})
    return [
        sheet.Fault(line, f"{one.scope} is no service or sender of this account")
        for line, one in zip(asked.lines, asked.said, strict=True)
        if one.scope in unknown
    ]


def told_faults(faults: Sequence[sheet.Fault]) -> str:
    told = "; ".join(f"line {one.line}: {one.text}" for one in faults[:MOST_FAULTS_TOLD])
    more = len(faults) - MOST_FAULTS_TOLD
    return told + (f"; and {more:,} more" if more > 0 else "")


def shown(person: str, known: Known) -> Shown:
    return Shown(
        person,
        known.scope,
        known.state.value,
        known.since,
        known.expires_at,
        known.confirmed,
        known.reach.value,
        known.method,
        known.n,
    )


def shown_entry(entry: Entry) -> Entered:
    return Entered(entry.n, entry.leaf.hex(), msgspec.json.decode(entry.line))


async def _check_scope(connection: Connection, account: UUID, scope: str) -> None:
    if await unknown_scopes(connection, account, {scope}):
        raise _invalid("scope", f"{scope} is no service or sender of this account")


def _recipient(text: str) -> str:
    person = parse_recipient(text)
    if person is None:
        raise _invalid("recipient", "must be a number in E.164, such as +14155552671")
    return person


def _scope(text: str) -> str:
    scope = parse_scope(text)
    if scope is None:
        raise _invalid(
            "scope", "must be brand, topic:NAME, a service's SID (MG...), a number or a short code"
        )
    return scope


def _aware(at: Instant | None, name: str) -> Instant | None:
    if at is not None and at.tzinfo is None:
        raise _invalid(name, "must have a zone, such as 2026-11-24T08:00:00Z")
    return at


def _invalid(parameter: str, reason: str) -> Denied:
    return Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {parameter} {reason}."))
