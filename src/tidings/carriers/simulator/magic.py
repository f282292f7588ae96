"""Destinations whose last four digits say what happens, whatever the personality."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Answering(Enum):
    """How the submit itself is answered."""

    ACCEPT = "accepted"
    THROTTLE_ONCE = "throttled once, then accepted"
    BAD_DESTINATION = "rejected as bad destination"


class Opener(Enum):
    """Who opens the links of a text."""

    PERSON = "a person on a phone"
    PREVIEW_BOT = "a link-preview bot"


@dataclass(frozen=True, slots=True)
class Magic:
    """What a magic destination does. `code` is the error of an undelivered message, as 30003."""

    answering: Answering = Answering.ACCEPT
    code: int | None = None
    receipt: bool = True
    receipt_seconds: float | None = None
    reply: str | None = None
    opener: Opener | None = None


AFTER_DELIVERY_SECONDS = 1.0
"""When a magic destination replies or opens links, counted from delivery."""

MAGIC: Mapping[str, Magic] = {
    "0001": Magic(code=30006),
    "0003": Magic(code=30003),
    "0005": Magic(code=30005),
    "0007": Magic(code=30007),
    "0008": Magic(code=30008),
    "0010": Magic(receipt=False),
    "0011": Magic(receipt_seconds=30.0),
    "0020": Magic(answering=Answering.THROTTLE_ONCE),
    "0021": Magic(answering=Answering.BAD_DESTINATION),
    "0030": Magic(reply="STOP"),
    "0031": Magic(reply="START"),
    "0032": Magic(reply="HELP"),
    "0033": Magic(reply="Please take me off your list"),
    "0040": Magic(opener=Opener.PERSON),
    "0041": Magic(opener=Opener.PREVIEW_BOT),
}


def magic_of(destination: str) -> Magic | None:
    """The magic of a destination, or None for an ordinary one."""
    return MAGIC.get(destination[-4:])
