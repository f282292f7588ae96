"""`/tidings/v1/compliance/settings`: how strictly the gate judges, who chose that, and why."""

from typing import Annotated, Any

import msgspec
from litestar import get, put
from litestar.params import JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from tidings.compliance.gate.refusals import Refusal, refusals
from tidings.compliance.gate.settings import Chosen, faults_of
from tidings.compliance.gate.settings_of import Kept, choice_of, history, keep_choice
from tidings.kernel.codes import INVALID_PARAMETER
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.web.api.request import Caller
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/compliance/settings"
DEFAULT_LIMIT, LARGEST_LIMIT = 50, 1000

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Recipient = Annotated[str | None, QueryParameter(description="To this person alone, E.164.")]
Before = Annotated[int | None, QueryParameter(description="Those before this `id`, for the next page.")]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="How many at most.")]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    settings: Chosen
    reason: Reason


class ShownChoice(msgspec.Struct, frozen=True):
    settings: Chosen
    version: int
    """Grows with each change; 0 while the defaults hold."""
    reason: str
    changed_by: str
    date_updated: Instant | None


class Told(msgspec.Struct, frozen=True):
    history: list[ShownChoice]


class ShownRefusal(msgspec.Struct, frozen=True):
    id: int
    at: Instant
    recipient: str
    sender: str
    code: int
    verdict: Any
    """With the rule, its version and source, and what it saw."""


class ToldRefusals(msgspec.Struct, frozen=True):
    refusals: list[ShownRefusal]


def handlers(*, db: Database, clock: Clock) -> list[ControllerRouterHandler]:
    @get(PATH, tags=["Gate"], summary="How strictly the gate judges messages")
    async def read(caller: Asking) -> ShownChoice:
        async with db.connection() as connection:
            return shown(await choice_of(connection, caller.account))

    @put(PATH, tags=["Gate"], summary="Choose how strictly the gate judges messages")
    async def keep(caller: Asking, data: JSONBody[Asked]) -> ShownChoice:
        """All at once: what is not among them is back to its default. They hold within five seconds, also for what was
        accepted before and still waits; the reason is kept for good."""
        faults = faults_of(data.settings)
        if not data.reason.strip():
            faults.append("reason: must say why.")
        if faults:
            raise Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {' '.join(faults)}"))
        async with db.transaction() as connection:
            kept = await keep_choice(
                connection,
                caller.account,
                data.settings,
                reason=data.reason.strip(),
                changed_by=_name(caller),
                now=clock(),
            )
        return shown(kept)

    @get(f"{PATH}/history", tags=["Gate"], summary="Who chose how the gate judges, when and why")
    async def look_back(caller: Asking, limit: Limit = DEFAULT_LIMIT) -> Told:
        """Newest first; kept for good."""
        async with db.connection() as connection:
            return Told([shown(one) for one in await history(connection, caller.account, most=limit)])

    @get(
        f"{PATH.rpartition('/')[0]}/refusals", tags=["Gate"], summary="Direct messages that the gate refused"
    )
    async def refused(
        caller: Asking, recipient: Recipient = None, before: Before = None, limit: Limit = DEFAULT_LIMIT
    ) -> ToldRefusals:
        """Newest first, for 30 days: messages from a named sender, of which nothing else is kept. What is refused
        through a messaging service is a message that failed."""
        async with db.connection() as connection:
            found = await refusals(connection, caller.account, recipient=recipient, before=before, most=limit)
        return ToldRefusals([shown_refusal(one) for one in found])

    return [read, keep, look_back, refused]


def shown_refusal(one: Refusal) -> ShownRefusal:
    return ShownRefusal(one.id, one.at, one.recipient, one.sender, one.code, one.verdict)


def shown(kept: Kept) -> ShownChoice:
    return ShownChoice(kept.chosen, kept.version, kept.reason, kept.changed_by, kept.at)


def _name(caller: Caller) -> str:
    owner = Sid("AC", caller.owner)
    return f"API key of {owner}" if caller.by_key else f"API, {owner}"
