"""`accounts/v1/Consents/Bulk`: many people's consent at once; each item is taken or refused by itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.compliance.consent.entry import Deed, Method, Said
from tidings.compliance.consent.record import append
from tidings.compliance.opt_outs.change import Changing, change
from tidings.compliance.opt_outs.register import network_blocks
from tidings.compliance.opt_outs.scope import known, parse_recipient, parse_scope, written
from tidings.compliance.opt_outs.verdict import Change, Source
from tidings.compliance.opt_outs.withdrawal import Withdraw
from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant, parse_instant
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.web.api.errors import refusal
from tidings.web.api.forms import invalid
from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Route

PATH = "/accounts/v1/Consents/Bulk"
MOST_ITEMS = 25
NOT_TAKEN = CODES[30646]

_CORRELATION = re.compile(r"[0-9a-fA-F]{32}")
_STATUSES = {"opt-in": Change.OPTED_IN, "opt-out": Change.OPTED_OUT}
_METHODS = {"website": Method.WEB_FORM, "opt-in-message": Method.KEYWORD}
_SOURCES = frozenset({"website", "offline", "opt-in-message", "opt-out-message", "others"})
_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, clock: Clock, withdraw: Withdraw) -> list[Route]:
    return [Route("POST", PATH, _Consents(db, clock, withdraw).create)]


@dataclass(slots=True)
class _Item:
    """One consent as it was sent, and what is wrong with it."""

    correlation_id: str
    faults: list[str]
    changing: Changing | None


@dataclass(frozen=True, slots=True)
class _Consents:
    db: Database
    clock: Clock
    withdraw: Withdraw

    async def create(self, request: Request) -> Response:
        sent = request.form.get("Items", [])
        if not sent:
            return refusal(invalid("Items", "is required"))
        if len(sent) > MOST_ITEMS:
            return refusal(invalid("Items", f"may hold {MOST_ITEMS} objects at most"))
        account, now = request.caller.account, self.clock()
        items = [_item(text, account=account, by=request.caller.sid) for text in sent]
        async with self.db.transaction() as connection:
            await _judge(connection, account, items)
            # The last word about a person in a scope counts, as if they had come one after another.
            asked = {
                (one.changing.recipient, one.changing.scope): one.changing
                for one in items
                if one.changing is not None and not one.faults
            }
            await change(connection, list(asked.values()), now=now)
            await append(
                connection,
                [(account, _granted(one, now)) for one in asked.values() if _is_grant(one)],
                now=now,
            )
            stops = [(account, *place) for place, one in asked.items() if one.change is Change.OPTED_OUT]
            await self.withdraw(connection, stops, now=now)
        return Response(201, _encode({"items": [_told(one) for one in items]}))


def _is_grant(one: Changing) -> bool:
    return one.change is Change.OPTED_IN


def _granted(one: Changing, now: Instant) -> Said:
    """An opt-in is a consent to hear from its sender, besides lifting an opt-out."""
    return Said(
        Deed.GRANT,
        one.recipient,
        written(one.scope),
        _METHODS.get(one.reason or "", Method.OTHER),
        min(one.since or now, now),
        place="Consents/Bulk",
        by=one.changed_by,
    )


def _told(item: _Item) -> dict[str, Any]:
    return {
        "correlation_id": item.correlation_id,
        "error_code": NOT_TAKEN.number if item.faults else 0,
        "error_messages": item.faults,
    }


async def _judge(connection: Connection, account: UUID, items: list[_Item]) -> None:
    """Adds what only the database knows: whose the senders are, and whom a toll-free network holds."""
    asked = [(one, one.changing) for one in items if one.changing is not None]
    own = await known(connection, account, {changing.scope for _, changing in asked})
    blocked = await network_blocks(connection, account, {changing.recipient for _, changing in asked})
    for item, changing in asked:
        if changing.scope not in own:
            item.faults.append("INVALID_SENDER_ID")
        elif changing.change is Change.OPTED_IN and (changing.recipient, changing.scope) in blocked:
            item.faults.append("BLOCKED_BY_NETWORK")


def _item(text: str, *, account: UUID, by: str) -> _Item:
    try:
        fields = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return _Item("", ["INVALID_ITEM"], None)
    correlation = _text(fields, "correlation_id")
    contact = parse_recipient(_text(fields, "contact_id"))
    scope = parse_scope(_text(fields, "sender_id"))
    status = _STATUSES.get(_text(fields, "status"))
    source = _text(fields, "source")
    given = fields.get("date_of_consent") not in (None, "")
    since = parse_instant(_text(fields, "date_of_consent")) if given else None
    faults = [
        fault
        for fault, wrong in (
            ("INVALID_CORRELATION_ID", _CORRELATION.fullmatch(correlation) is None),
            ("INVALID_CONTACT_ID", contact is None),
            ("INVALID_SENDER_ID", scope is None),
            ("INVALID_STATUS", status is None),
            ("INVALID_SOURCE", source not in _SOURCES),
            ("INVALID_DATE_OF_CONSENT", given and since is None),
        )
        if wrong
    ]
    if contact is None or scope is None or status is None or faults:
        return _Item(correlation, faults, None)
    return _Item(correlation, [], _changing(account, contact, scope, status, source, by, since))


def _changing(
    account: UUID, contact: str, scope: str, status: Change, source: str, by: str, since: Instant | None
) -> Changing:
    return Changing(
        account, contact, scope, status, Source.CONSENTS, reason=source, changed_by=by, since=since
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
