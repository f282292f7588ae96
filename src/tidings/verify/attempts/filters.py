"""Which attempts a request asks for. Pure."""

import re
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant, parse_instant
from tidings.kernel.numbering_plan import REGIONS
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.verify.settings import invalid
from tidings.web.api.request import Form, last

CHANNELS = ("sms", "call", "email", "whatsapp", "rbm")
_PREFIX = re.compile(r"\+?[0-9]{1,15}", re.ASCII)


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """None: any."""

    after: Instant | None = None
    before: Instant | None = None
    to: str | None = None
    country: str | None = None
    channel: str | None = None
    service: UUID | None = None
    verification: UUID | None = None
    converted: bool | None = None
    prefix: str | None = None
    """The first digits of numbers, plus sign first."""

    @property
    def values(self) -> tuple[object, ...]:
        """In the order of the statements."""
        return (
            self.after,
            self.before,
            self.to,
            self.country,
            self.channel,
            self.service,
            self.verification,
            self.converted,
            self.prefix,
        )


def filters_of(query: Form) -> Filters | Refused:
    values: dict[str, object] = {}
    for key, field in (("DateCreatedAfter", "after"), ("DateCreatedBefore", "before")):
        text = last(query, key)
        if text is not None:
            at = parse_instant(text)
            if at is None:
                return invalid(key, "is a time such as 2026-11-24T12:00:00Z")
            values[field] = at
    values["to"] = last(query, "ChannelData.To")
    country = last(query, "Country")
    if country is not None and country.upper() not in REGIONS:
        return invalid("Country", "is an ISO 3166 code")
    values["country"] = None if country is None else country.upper()
    channel = last(query, "Channel")
    if channel is not None and channel.lower() not in CHANNELS:
        return invalid("Channel", f"is one of {', '.join(CHANNELS)}")
    values["channel"] = None if channel is None else channel.lower()
    for key, field, prefix in (
        ("VerifyServiceSid", "service", "VA"),
        ("VerificationSid", "verification", "VE"),
    ):
        text = last(query, key)
        sid = None if text is None else Sid.parse(text, prefix)
        if text is not None and sid is None:
            return invalid(key, f"is a SID that begins with {prefix}")
        values[field] = None if sid is None else sid.uuid
    status = last(query, "Status")
    if status is not None and status.lower() not in ("converted", "unconverted"):
        return invalid("Status", "is converted or unconverted")
    values["converted"] = None if status is None else status.lower() == "converted"
    digits = last(query, "DestinationPrefix")
    if digits is not None and _PREFIX.fullmatch(digits.strip()) is None:
        return invalid("DestinationPrefix", "is the first digits of numbers")
    values["prefix"] = None if digits is None else "+" + digits.strip().lstrip("+")
    return Filters(**values)  # type: ignore[arg-type]  # each is what its field takes
