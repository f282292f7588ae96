"""A sender: a number, code or name that an account may send from, with its rate. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tidings.kernel.phone_number import AlphaSender, LineType, PhoneNumber, ShortCode


class Kind(StrEnum):
    LONG_CODE = "long_code"
    TOLL_FREE = "toll_free"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"


USUAL_MPS: Mapping[Kind, float] = {
    Kind.LONG_CODE: 1.0,
    Kind.TOLL_FREE: 3.0,
    Kind.SHORT_CODE: 100.0,
    Kind.ALPHANUMERIC: 10.0,
}
"""Segments per second that carriers usually grant to a sender of a kind."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a sender can be used for."""

    sms: bool = True
    mms: bool = False
    voice: bool = False


TEXTS_ONLY = Capabilities()


@dataclass(frozen=True, slots=True)
class Sender:
    id: UUID
    account: UUID
    address: str
    kind: Kind
    mps: float
    """Segments per second."""
    queue_limit_seconds: int | None
    """How many seconds of its rate may wait; None for the limit of the home's profile."""
    country: str = ""
    """ISO 3166 code of the country whose number or code it is; empty for a sender id, which has none, and 001 for
    a number that belongs to no country."""
    carrier: str | None = None
    """The carrier that its messages must leave by; None where the routes decide."""
    sms: bool = True
    """Whether it may send texts at all."""
    mps_granted: bool = True
    """Whether its carrier granted it this MPS, for every destination; otherwise it is what its kind usually has, and
    the tables of what carriers allow decide by destination."""


def kind_of(address: PhoneNumber | ShortCode | AlphaSender) -> Kind:
    match address:
        case PhoneNumber():
            return Kind.TOLL_FREE if address.line_type is LineType.TOLL_FREE else Kind.LONG_CODE
        case ShortCode():
            return Kind.SHORT_CODE
        case AlphaSender():
            return Kind.ALPHANUMERIC


SHORT_CODES_ARE_OF = "US"
"""A short code does not tell its country; its owner can."""


def country_of(address: PhoneNumber | ShortCode | AlphaSender) -> str:
    """The country of a sender as its address tells it: ISO 3166, 001 for none, empty for a sender id."""
    match address:
        case PhoneNumber():
            return address.region
        case ShortCode():
            return SHORT_CODES_ARE_OF
        case AlphaSender():
            return ""


def line_of(address: PhoneNumber | ShortCode | AlphaSender) -> str:
    """`local`, `mobile` or `toll_free`, as the numbering plan tells; `none` for what is no number."""
    if not isinstance(address, PhoneNumber):
        return "none"
    match address.line_type:
        case LineType.TOLL_FREE:
            return "toll_free"
        case LineType.MOBILE:
            return "mobile"
        case _:
            return "local"
