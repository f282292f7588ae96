"""What a consent covers: everything of a brand, one topic, one messaging service, or one sender. Pure."""

import re
from uuid import UUID

from tidings.kernel.phone_number import PhoneNumber, ShortCode
from tidings.kernel.sid import Sid

BRAND = "brand"
"""Everything that the account sends."""
LONGEST_TOPIC = 60

_TOPIC = re.compile(rf"[a-z0-9][a-z0-9_.-]{{0,{LONGEST_TOPIC - 1}}}", re.ASCII)


def parse_scope(text: str) -> str | None:
    """`brand`, `topic:offers`, a service's SID, or a sender's address, as it is kept; None when it is none of these."""
    if text == BRAND:
        return BRAND
    kind, colon, name = text.partition(":")
    if colon:
        return topic_scope(name) if kind == "topic" and is_topic(name) else None
    sid = Sid.parse(text, "MG")
    if sid is not None:
        return service_scope(sid.uuid)
    address = PhoneNumber.parse(text) or ShortCode.parse(text)
    return None if address is None else sender_scope(str(address))


def is_topic(name: str) -> bool:
    """Small letters, digits, `-`, `_` and `.`; 60 at most."""
    return _TOPIC.fullmatch(name) is not None


def topic_scope(name: str) -> str:
    return f"topic:{name}"


def service_scope(service: UUID) -> str:
    return f"MG{service.hex}"


def sender_scope(address: str) -> str:
    return address
