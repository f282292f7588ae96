"""Twilio's Lookup API, versions 1 and 2: one number, many, what an account says of numbers, and limits.

The bodies are exactly Twilio's. Where each value came from stands in the header `tidings-sources`, since a client of
another language may refuse a key that it does not know; `/tidings/v1/lookup` tells it in full.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from tidings.kernel.codes import CONFLICT, NOT_FOUND
from tidings.kernel.instant import Instant, iso8601
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.lookup.asked import day_of, lacking, malformed, number_of, packages_of, packages_of_types
from tidings.lookup.limits import Limit, limits_of, set_limit, unset_limit
from tidings.lookup.lookups import Asked, Limited, Lookups
from tidings.lookup.number import Read
from tidings.lookup.overrides import Said, override_of, say, say_anew, unsay
from tidings.lookup.package import LINE_TYPE, LINE_TYPES, PACKAGES, Answer
from tidings.lookup.view import first, second, sources_header
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.web.api.errors import absent, refusal
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

ROOT = "/lookups"
MOST_AT_ONCE = 100
OVERRIDABLE = frozenset({"line_type", LINE_TYPE})
LONGEST_REASON, LONGEST_BUCKET = 500, 100
LARGEST_LIMIT = 2**31 - 1
LONGEST_TTL_SECONDS = int(timedelta(days=366).total_seconds())
ABOUT = (
    "FirstName",
    "LastName",
    "AddressLine1",
    "AddressLine2",
    "City",
    "State",
    "PostalCode",
    "AddressCountryCode",
    "NationalId",
    "DateOfBirth",
    "LastVerifiedDate",
    "VerificationSid",
    "PartnerSubId",
)
_encode = msgspec.json.Encoder().encode


class BatchItem(msgspec.Struct, frozen=True):
    """One number of a batch, as the caller describes it."""

    phone_number: str
    correlation_id: str | None = None
    fields: list[str] | None = None
    country_code: str | None = None
    identity_match: dict[str, Any] | None = None
    reassigned_number: dict[str, Any] | None = None
    sms_pumping_risk: dict[str, Any] | None = None

    def about(self) -> dict[str, str]:
        """What it says of the owner, by the names of the query's parameters."""
        given = (self.identity_match or {}) | (self.reassigned_number or {}) | (self.sms_pumping_risk or {})
        by_snake = {_snake(name): name for name in ABOUT}
        return {by_snake[key]: str(value) for key, value in given.items() if key in by_snake and value}


class Batch(msgspec.Struct, frozen=True):
    phone_numbers: list[BatchItem]


class Overriding(msgspec.Struct, frozen=True):
    line_type: str
    reason: str


class Limiting(msgspec.Struct, frozen=True):
    limit: int
    ttl: int


def routes(*, db: Database, lookups: Lookups, clock: Clock) -> list[Route]:
    numbers = _Numbers(lookups, clock)
    overrides = _Overrides(db, lookups, clock)
    limits = _Limits(db, clock)
    override = f"{ROOT}/v2/PhoneNumbers/{{PhoneNumber}}/Overrides/{{Field}}"
    limit = f"{ROOT}/v2/RateLimits/Fields/{{Field}}/Bucket/{{Bucket}}"
    return [
        Route("GET", f"{ROOT}/v1/PhoneNumbers/{{PhoneNumber}}", numbers.fetch_first),
        Route("GET", f"{ROOT}/v2/PhoneNumbers/{{PhoneNumber}}", numbers.fetch),
        Route("POST", f"{ROOT}/v2/batch/query", numbers.query, json=True),
        Route("GET", override, overrides.fetch),
        Route("POST", override, overrides.create, json=True),
        Route("PUT", override, overrides.update, json=True),
        Route("DELETE", override, overrides.delete),
        Route("GET", f"{ROOT}/v2/RateLimits", limits.list),
        Route("GET", limit, limits.fetch),
        Route("PUT", limit, limits.update, json=True),
        Route("DELETE", limit, limits.delete),
    ]


@dataclass(frozen=True, slots=True)
class _Numbers:
    lookups: Lookups
    clock: Clock

    async def fetch(self, request: Request) -> Response:
        """Always 200 for what can be read as a request: a number that does not exist is `valid: false`."""
        query = request.query
        packages = packages_of((last(query, "Fields") or "").split(","))
        number = number_of(request.params["PhoneNumber"], last(query, "CountryCode"))
        if isinstance(packages, Refused):
            return refusal(packages)
        if isinstance(number, Refused):
            return refusal(number)
        about = {name: query[name][-1] for name in ABOUT if name in query} if len(query) > 1 else {}
        answers = await self._answers(request, number, packages, about)
        if isinstance(answers, Response):
            return answers
        shown = second(number, answers)
        shown["url"] = own_url(request, f"{ROOT}/v2/PhoneNumbers/{number.phone_number}")
        return Response(200, _encode(shown), _headers(answers))

    async def fetch_first(self, request: Request) -> Response:
        """404 for a number that does not exist, as the first version has it."""
        packages = packages_of_types(request.query.get("Type", []))
        number = number_of(request.params["PhoneNumber"], last(request.query, "CountryCode"))
        if isinstance(packages, Refused):
            return refusal(packages)
        if isinstance(number, Refused):
            return refusal(number)
        if not number.valid:
            return refusal(Refused.because(NOT_FOUND, resource=request.path.removeprefix(ROOT)))
        answers = await self._answers(request, number, packages, {})
        if isinstance(answers, Response):
            return answers
        shown = first(number, answers)
        shown["url"] = own_url(request, f"{ROOT}/v1/PhoneNumbers/{number.phone_number}")
        return Response(200, _encode(shown), _headers(answers))

    async def query(self, request: Request) -> Response:
        """Each number of a batch by itself: what is wrong with one stands in its `twilio_error_code`."""
        try:
            batch = msgspec.json.decode(request.body, type=Batch)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refusal(malformed("phone_numbers", str(error)[:200]))
        if not 1 <= len(batch.phone_numbers) <= MOST_AT_ONCE:
            return refusal(malformed("phone_numbers", f"may be 1 to {MOST_AT_ONCE}"))
        return Response(
            200,
            _encode({"phone_numbers": [await self._queried(request, item) for item in batch.phone_numbers]}),
        )

    async def _queried(self, request: Request, item: BatchItem) -> dict[str, Any]:
        told: dict[str, Any] = {"correlation_id": item.correlation_id, "twilio_error_code": None}
        packages, number = packages_of(item.fields or []), number_of(item.phone_number, item.country_code)
        if isinstance(number, Refused) or isinstance(packages, Refused):
            wrong = number if isinstance(number, Refused) else packages
            assert isinstance(wrong, Refused)
            blank = second(Read(item.phone_number, ("NOT_A_NUMBER",)), {})
            return told | blank | {"twilio_error_code": wrong.code.number, "validation_errors": []}
        answers = await self._looked_up(request, number, packages, item.about())
        if isinstance(answers, Limited):
            return told | second(number, {}) | {"twilio_error_code": answers.code.number}
        return told | second(number, answers)

    async def _answers(
        self, request: Request, number: Read, packages: tuple[str, ...], about: Mapping[str, str]
    ) -> Mapping[str, Answer] | Response:
        since = about.get("LastVerifiedDate")
        if since is not None and day_of(since) is None:
            return refusal(malformed("LastVerifiedDate", "is a day, YYYYMMDD"))
        answers = await self._looked_up(request, number, packages, about)
        if isinstance(answers, Limited):
            left = math.ceil((answers.until - self.clock()).total_seconds())
            wait = ((b"retry-after", b"%d" % max(1, left)),)
            return refusal(Refused.because(answers.code), status=429, headers=wait)
        return answers

    async def _looked_up(
        self, request: Request, number: Read, packages: tuple[str, ...], about: Mapping[str, str]
    ) -> Mapping[str, Answer] | Limited:
        if not packages or not number.valid:
            return {}
        said = {package: answer for package in packages if (answer := lacking(package, about)) is not None}
        wanted = tuple(package for package in packages if package not in said)
        found = await self.lookups.look_up(request.caller.account, Asked(number, wanted, about))
        return found if isinstance(found, Limited) else {**found, **said}


@dataclass(frozen=True, slots=True)
class _Overrides:
    db: Database
    lookups: Lookups
    clock: Clock

    async def fetch(self, request: Request) -> Response:
        number = self._number(request)
        if number is None:
            return absent(request)
        async with self.db.connection() as connection:
            said = await override_of(connection, request.caller.account, number.phone_number)
        return absent(request) if said is None else _shown(request, number, said, 200)

    async def create(self, request: Request) -> Response:
        return await self._write(request, anew=False)

    async def update(self, request: Request) -> Response:
        return await self._write(request, anew=True)

    async def delete(self, request: Request) -> Response:
        """204 whether or not anything was said."""
        number = self._number(request)
        if number is None:
            return absent(request)
        async with self.db.connection() as connection:
            await unsay(connection, request.caller.account, number.phone_number)
        self.lookups.forget(request.caller.account, number.phone_number)
        return Response(204)

    async def _write(self, request: Request, *, anew: bool) -> Response:
        number = self._number(request)
        if number is None:
            return absent(request)
        try:
            wanted = msgspec.json.decode(request.body, type=Overriding)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refusal(malformed("line_type and reason", str(error)[:200]))
        if wanted.line_type not in LINE_TYPES:
            return refusal(malformed("line_type", f"is one of {', '.join(sorted(LINE_TYPES))}"))
        if not 0 < len(wanted.reason.strip()) <= LONGEST_REASON:
            return refusal(malformed("reason", f"says why in {LONGEST_REASON} characters at most"))
        account, now = request.caller.account, self.clock()
        original = await self._original(request, number)
        async with self.db.transaction() as connection:
            write = say_anew if anew else say
            said = await write(
                connection,
                account,
                number.phone_number,
                Said(wanted.line_type, original, wanted.reason.strip(), now),
            )
        self.lookups.forget(account, number.phone_number)
        if said is None:
            return absent(request) if anew else refusal(Refused.because(CONFLICT))
        return _shown(request, number, said, 200 if anew else 201)

    async def _original(self, request: Request, number: Read) -> str:
        """The line type without what the account says."""
        found = await self.lookups.look_up(request.caller.account, Asked(number, (LINE_TYPE,)))
        if isinstance(found, Limited):
            return "unknown"
        return str(found[LINE_TYPE].values["type"] or "unknown")

    def _number(self, request: Request) -> Read | None:
        number = number_of(request.params["PhoneNumber"], None)
        if isinstance(number, Refused) or not number.valid or request.params["Field"] not in OVERRIDABLE:
            return None
        return number


@dataclass(frozen=True, slots=True)
class _Limits:
    db: Database
    clock: Clock

    async def list(self, request: Request) -> Response:
        """`Fields` narrows the list."""
        wanted = set(request.query.get("Fields", []))
        async with self.db.connection() as connection:
            found = await limits_of(connection, request.caller.account)
        shown = [_limit(one, request) for one in found if not wanted or one.field in wanted]
        return Response(200, _encode({"rate_limits": shown}))

    async def fetch(self, request: Request) -> Response:
        place = request.params["Field"], request.params["Bucket"]
        async with self.db.connection() as connection:
            found = await limits_of(connection, request.caller.account)
        for one in found:
            if (one.field, one.bucket) == place:
                return Response(200, _encode(_limit(one, request)))
        return absent(request)

    async def update(self, request: Request) -> Response:
        """Sets it, whether or not there was one; its window begins anew."""
        field, bucket = request.params["Field"], request.params["Bucket"]
        if field not in PACKAGES:
            return absent(request)
        try:
            wanted = msgspec.json.decode(request.body, type=Limiting)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refusal(malformed("limit and ttl", str(error)[:200]))
        if not 0 <= wanted.limit <= LARGEST_LIMIT or not 1 <= wanted.ttl <= LONGEST_TTL_SECONDS:
            return refusal(malformed("limit and ttl", f"are 0 and more, and 1 to {LONGEST_TTL_SECONDS} s"))
        if len(bucket) > LONGEST_BUCKET:
            return refusal(malformed("Bucket", f"has {LONGEST_BUCKET} characters at most"))
        limit = Limit(field, bucket, wanted.limit, wanted.ttl)
        async with self.db.connection() as connection:
            await set_limit(connection, request.caller.account, limit, now=self.clock())
        return Response(200, _encode(_limit(limit, request)))

    async def delete(self, request: Request) -> Response:
        """204 whether or not there was one."""
        if request.params["Field"] not in PACKAGES:
            return absent(request)
        async with self.db.connection() as connection:
            await unset_limit(
                connection, request.caller.account, request.params["Field"], request.params["Bucket"]
            )
        return Response(204)


def _shown(request: Request, number: Read, said: Said, status: int) -> Response:
    return Response(
        status,
        _encode(
            {
                "phone_number": number.phone_number,
                "original_line_type": said.original,
                "overridden_line_type": said.value,
                "override_reason": said.reason,
                "override_timestamp": _time(said.at),
                "overridden_by_account_sid": str(Sid("AC", request.caller.account)),
            }
        ),
    )


def _limit(one: Limit, request: Request) -> dict[str, Any]:
    return {
        "field": one.field,
        "limit": one.calls,
        "bucket": one.bucket,
        "owner": str(Sid("AC", request.caller.account)),
        "ttl": one.ttl_seconds,
    }


def _time(at: Instant) -> str:
    return iso8601(at)


def _headers(answers: Mapping[str, Answer]) -> tuple[tuple[bytes, bytes], ...]:
    if not answers:
        return ()
    return ((b"tidings-sources", sources_header(answers).encode("ascii", "replace")),)


def _snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name).lstrip("_")
