"""The road of a code by SMS: through the account's own senders, by the one road out, at the highest priority.

Essential traffic: quiet hours and caps let it pass, and its share of a lane is kept for it. Its text is not kept once
it has left, and it is good for no longer than its code.
"""

from collections.abc import Callable, Mapping
from typing import Protocol
from uuid import UUID

import msgspec

from tidings.kernel.codes import (
    CODES,
    INVALID_TO,
    REGION_NOT_ENABLED,
    SERVICE_IS_EMPTY,
    TO_IS_LANDLINE,
    TO_NOT_MOBILE,
    TO_NOT_REACHABLE,
    VALIDITY_EXPIRED,
    Code,
)
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.messages.accept import Accepted
from tidings.messages.compose import compose
from tidings.messages.draft import LONGEST_VALIDITY_SECONDS, Draft
from tidings.runtime.database import Database
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements
from tidings.senders import Directory
from tidings.senders.services import Services
from tidings.verify.asked import CHANNEL_DISABLED, LANDLINE
from tidings.verify.begin import Sent
from tidings.verify.settings import VerifyService, invalid
from tidings.web.api.request import Form

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 10_000
TRUST_SECONDS = 5.0
INTENT = "otp"
GEO_BLOCKED = CODES[60605]

_OURS: Mapping[Code, Code] = {
    TO_NOT_MOBILE: LANDLINE,
    TO_IS_LANDLINE: LANDLINE,
    REGION_NOT_ENABLED: GEO_BLOCKED,
}
"""What Verify says where messages say something else."""
_BAD_NUMBER = frozenset({INVALID_TO, TO_NOT_REACHABLE})


class Accept(Protocol):
    async def __call__(self, draft: Draft, *, now: Instant) -> Accepted | Refused: ...


class _Way(msgspec.Struct, frozen=True):
    """A messaging service, or where the account has none a sender of its own."""

    messaging_service: UUID | None
    sender: str | None


class Road:
    """`accept` is the one road out; `monotonic` a clock in seconds. What is changed holds after `trust_seconds`."""

    def __init__(
        self,
        db: Database,
        *,
        accept: Accept,
        services: Services,
        senders: Directory,
        monotonic: Callable[[], float],
        trust_seconds: float = TRUST_SECONDS,
    ) -> None:
        self._db = db
        self._accept = accept
        self._services = services
        self._senders = senders
        self._ways = Remembered[tuple[UUID, str], _Way](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )

    async def send(
        self,
        service: VerifyService,
        *,
        to: str,
        country: str,
        text: str,
        expires_at: Instant,
        tags: str | None,
        now: Instant,
    ) -> Sent | Refused:
        """Gives a text with a code to the account's senders."""
        way = await self._way(service, country)
        form = _form(to, text, way, good_for_seconds=int((expires_at - now).total_seconds()), tags=tags)
        draft = await self._draft(service.account, form, way, now=now)
        if isinstance(draft, Refused):
            return ours(draft)
        outcome = await self._accept(draft, now=now)
        if isinstance(outcome, Refused):
            return ours(outcome)
        if outcome.code is not None:
            refused = outcome.judged.refused or Refused(outcome.code, outcome.code.text)
            if outcome.code is REGION_NOT_ENABLED:
                return ours(refused)
        return Sent(outcome.id, outcome.code)

    async def _draft(self, account: UUID, form: Form, way: _Way, *, now: Instant) -> Draft | Refused:
        if way.messaging_service is None and way.sender is None:
            return Refused(
                CHANNEL_DISABLED,
                f"{CHANNEL_DISABLED.text}: the account has no sender of texts. Give it one, or a messaging service.",
            )
        composed = compose(form, now=now)
        if isinstance(composed, Refused):
            return composed
        if way.messaging_service is not None:
            pool = await self._services.find(account, way.messaging_service)
            if pool is None or not (pool.members or pool.alpha):
                return Refused.because(SERVICE_IS_EMPTY)
            return composed.through(pool.service).draft(account, sender=None)
        assert way.sender is not None, "one of the two is there"
        sender = await self._senders.find(account, way.sender)
        if sender is None:
            return Refused.because(SERVICE_IS_EMPTY)
        return composed.draft(account, sender=sender)

    async def _way(self, service: VerifyService, country: str) -> _Way:
        async def read() -> _Way:
            async with self._db.connection() as connection:
                row = await SQL.one(connection, "road", service.account, service.id, country)
            assert row is not None, "a select without a table gives one row"
            return _Way(row["messaging_service"], row["sender"])

        found = await self._ways.find((service.id, country), read)
        assert found is not None, "read gives a way"
        return found


def ours(refused: Refused) -> Refused:
    """A refusal of a message as Verify says it."""
    if refused.code in _BAD_NUMBER:
        return invalid("To", "cannot be reached by SMS")
    code = _OURS.get(refused.code)
    if code is not None:
        return Refused(code, f"{code.text}: {refused.message}")
    if refused.code is VALIDITY_EXPIRED:
        return Refused(refused.code, f"The code would not leave before it expires: {refused.message}")
    return refused


def _form(to: str, text: str, way: _Way, *, good_for_seconds: int, tags: str | None) -> Form:
    form = {
        "To": [to],
        "Body": [text],
        "MessageIntent": [INTENT],
        "ContentRetention": ["discard"],
        "ValidityPeriod": [str(min(max(good_for_seconds, 1), LONGEST_VALIDITY_SECONDS))],
    }
    if tags is not None:
        form["Tags"] = [tags]
    if way.messaging_service is not None:
        form["MessagingServiceSid"] = [str(Sid("MG", way.messaging_service))]
    else:
        form["From"] = [way.sender or ""]
    return form
