"""The whole path of one message: everything that was decided on it and that became of it, in order and in plain words.

`path_of` reads it, `told` says it. Both are the account's own: of no other account's messages anything is told.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from tidings.compliance.consent.standing import Cover
from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant
from tidings.kernel.sid import Sid
from tidings.messages.facts import WRITES
from tidings.messages.verdicts import Kept, KeptRule, waits
from tidings.runtime.database import Connection, Record
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


class Step(msgspec.Struct, frozen=True):
    """What happened at that instant. `verdict`: what the gate said, where it did."""

    at: Instant
    what: str
    """The kind of the fact, without `message.`; `judged` for a verdict that let it pass."""
    says: str
    code: int | None = None
    verdict: Kept | None = None


class Path(msgspec.Struct, frozen=True):
    sid: str
    direction: str
    sender: str | None
    recipient: str
    service_sid: str | None
    intent: str | None
    priority: int
    send_at: Instant | None
    expires_at: Instant | None
    steps: list[Step]


async def path_of(db: Connection, account: UUID, id: UUID) -> Path | None:
    """None when the account has no such message."""
    row = await SQL.one(db, "judged_message", account, id)
    if row is None:
        return None
    facts = await SQL.many(db, "history", account, id, row["created_at"])
    steps = [_step(fact) for fact in facts]
    last = None if row["verdict"] is None else msgspec.convert(row["verdict"], Kept, strict=False)
    if last is not None and last not in [step.verdict for step in steps]:
        steps.append(Step(last.at, "judged", said(last), last.code, last))
        steps.sort(key=_order)
    return Path(
        sid=str(Sid("SM", id)),
        direction=row["direction"],
        sender=row["sender"],
        recipient=row["recipient"],
        service_sid=None if row["service"] is None else str(Sid("MG", row["service"])),
        intent=row["intent"],
        priority=row["priority"],
        send_at=row["send_at"],
        expires_at=row["expires_at"],
        steps=steps,
    )


_WARNED = {
    ("severity", "error"),
    ("severity", "warning"),
    *(("consent", cover.value) for cover in Cover if not cover.is_consent),
}
"""What a rule saw that it only warns of."""


def said(verdict: Kept) -> str:
    """A verdict as a sentence."""
    if verdict.verdict == "held":
        told = waits(verdict)
        return f"{told[0].upper()}{told[1:]} It is judged anew {_time(verdict.until)}."
    if verdict.verdict == "refused":
        return "The gate refuses it."
    warned = _warnings(verdict)
    if verdict.closes_at is None:
        return f"The gate lets it pass{warned}."
    until = _time(verdict.closes_at)
    return f"The gate lets it pass until {until}{warned}; if it has not left by then, it is judged anew."


def _warnings(verdict: Kept) -> str:
    count = sum(1 for one in verdict.applied if is_warning(one))
    return "" if not count else f", with {count} warning{'s' if count > 1 else ''}"


def is_warning(rule: KeptRule) -> bool:
    """Whether the rule only warns of what it saw."""
    return not _WARNED.isdisjoint(rule.saw.items())


def _order(step: Step) -> tuple[Instant, int]:
    """Within an instant it is accepted, then judged, then goes its way."""
    return step.at, 0 if step.what in ("accepted", "scheduled") else 1 if step.what == "judged" else 2


def _step(fact: Record) -> Step:
    kind: str = fact["kind"]
    detail: Mapping[str, Any] = fact["detail"] or {}
    verdict = msgspec.convert(detail["verdict"], Kept, strict=False) if "verdict" in detail else None
    code = detail.get("code")
    if verdict is not None:
        says = said(verdict)
    elif detail.get("rule") == "opt_out_review":
        says = "Held until a human has decided whether the person meant to opt out; looked at again hourly."
    else:
        says = WRITES.get(kind, kind)
    if code is not None:
        known = CODES.get(code)
        says += f" Code {code}{f': {known.text}' if known else ''}"
    return Step(fact["at"], kind.removeprefix("message."), says, code, verdict)


def _time(at: Instant | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
