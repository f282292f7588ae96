"""`/tidings/v1/entry`: a number as a person types it into a web form, checked at once.

The page asks with a publishable key in its address, a plain GET, so that a browser needs no preflight.
"""

import math
from collections.abc import Callable

import msgspec

from tidings.kernel.codes import FORBIDDEN, NOT_AUTHENTICATED, TOO_MANY_REQUESTS
from tidings.kernel.outcomes import Refused
from tidings.lookup.asked import number_of
from tidings.lookup.entry.allowance import Allowance
from tidings.lookup.entry.keys import Keys, PublishableKey
from tidings.lookup.known import Known
from tidings.lookup.lookups import Lookups
from tidings.lookup.number import Read
from tidings.lookup.package import LINE_TYPE
from tidings.lookup.resolve import DEAD, LANDLINE, resolve, unresolved
from tidings.runtime.clock import Clock
from tidings.web.api.errors import error_body
from tidings.web.api.request import Headers, Request, Response, last
from tidings.web.api.routes import Route

PATH = "/tidings/v1/entry/{PhoneNumber}"
MOST_COUNTED = 10_000
NO_TEXTS = frozenset({"landline", "premium", "sharedCost", "tollFree", "uan", "voicemail", "pager"})
_encode = msgspec.json.Encoder().encode


class Checked(msgspec.Struct, frozen=True):
    """`can_get_texts`: false where something speaks against it, which `reasons` names."""

    valid: bool
    can_get_texts: bool
    reasons: list[str]
    phone_number: str
    national_format: str | None
    country_code: str | None
    line_type: str | None


def routes(*, keys: Keys, lookups: Lookups, clock: Clock, monotonic: Callable[[], float]) -> list[Route]:
    """`monotonic` is a clock in seconds."""
    return [Route("GET", PATH, _Entry(keys, lookups, clock, monotonic).check, public=True)]


class _Entry:
    def __init__(self, keys: Keys, lookups: Lookups, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._keys = keys
        self._lookups = lookups
        self._clock = clock
        self._monotonic = monotonic
        self._allowances: dict[str, Allowance] = {}

    async def check(self, request: Request) -> Response:
        key = await self._keys.find(last(request.query, "key") or "")
        if key is None:
            return _refused(Refused.because(NOT_AUTHENTICATED), ())
        named = request.header(b"origin")
        origin = None if named is None else named.decode("latin-1")
        if not key.allows(origin):
            return _refused(Refused.because(FORBIDDEN), ())
        headers: Headers = ((b"vary", b"origin"), (b"cache-control", b"no-store"))
        if named is not None:
            headers = (*headers, (b"access-control-allow-origin", named))
        wait = self._take(key)
        if wait:
            return _refused(
                Refused.because(TOO_MANY_REQUESTS), (*headers, (b"retry-after", b"%d" % math.ceil(wait)))
            )
        number = number_of(request.params["PhoneNumber"], last(request.query, "country"))
        if isinstance(number, Refused):
            return _refused(number, headers)
        if not number.valid:
            wrong = [one.lower() for one in number.errors]
            return Response(
                200, _encode(Checked(False, False, wrong, number.phone_number, None, None, None)), headers
            )
        known = await self._lookups.known(key.account, number.phone_number)
        return Response(200, _encode(self._checked(number, known)), headers)

    def _checked(self, number: Read, known: Known) -> Checked:
        now = self._clock()
        line = resolve(LINE_TYPE, number, known, now=now) or unresolved(
            LINE_TYPE, number, known, failed=None, asked=False
        )
        kind = line.values["type"]
        reasons = [kind] if kind in NO_TEXTS else []
        lesson = known.lesson
        if lesson is not None and lesson.until is not None and lesson.until > now:
            told = {DEAD: "not_in_service", LANDLINE: "takes_no_texts"}.get(lesson.code, "takes_no_texts")
            reasons.append(told)
        elif known.deactivated is not None:
            reasons.append("not_in_service")
        return Checked(
            True, not reasons, reasons, number.phone_number, number.national_format, number.country, kind
        )

    def _take(self, key: PublishableKey) -> float:
        now = self._monotonic()
        allowance = self._allowances.get(key.key)
        if allowance is None:
            if len(self._allowances) >= MOST_COUNTED:
                self._allowances.clear()
            allowance = self._allowances[key.key] = Allowance(float(key.per_minute), now)
        return allowance.take(key.per_minute, now=now)


def _refused(refused: Refused, headers: Headers) -> Response:
    """Without the challenge of Basic: a browser would ask its reader for a password."""
    return Response(refused.status, error_body(refused), headers)
