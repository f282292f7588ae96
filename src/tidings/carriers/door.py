"""How a carrier that speaks HTTP is heard: a request at our door, and what it was found to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from tidings.carriers.connector import Inbound, Receipt


@dataclass(frozen=True, slots=True)
class Knock:
    """A request as it came. `url` is whole, by the address that the carrier was given; header names are in lower
    case."""

    method: str
    url: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What the carrier wants to read before it takes its message as heard."""

    status: int = 204
    body: bytes = b""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """Proven to be the carrier's. `reply` is given once all of it is stored."""

    reply: Reply
    receipts: tuple[Receipt, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    passed_over: int = 0
    """Items that name no message or nobody, and are dropped."""


@dataclass(frozen=True, slots=True)
class Forged:
    """Not proven to be the carrier's."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The carrier's, and not in the form that it promised."""

    reason: str


class NotOffered:
    """The carrier has no such door."""


Finding = Heard | Forged | Unreadable | NotOffered


class Door(Protocol):
    """Judges and reads what a carrier sends; knows neither sockets nor database."""

    @property
    def public_url(self) -> str | None:
        """Scheme and host by which the carrier calls us; None: the one it called."""
        ...

    def receipts(self, knock: Knock, *, now: datetime) -> Finding: ...

    def inbound(self, knock: Knock, *, now: datetime) -> Finding: ...


def receipts_url(public_url: str, carrier: str) -> str:
    """Where a carrier tells us what became of messages."""
    return f"{public_url}/carriers/{carrier}/receipts"


def inbound_url(public_url: str, carrier: str) -> str:
    """Where a carrier brings us messages from people."""
    return f"{public_url}/carriers/{carrier}/inbound"


def is_address(url: str) -> bool:
    """Whether it is scheme, host and perhaps port, and nothing else."""
    if not leads_somewhere(url):
        return False
    parts = urlsplit(url)
    return not (parts.path or parts.query or parts.fragment or parts.username)


def leads_somewhere(url: str) -> bool:
    """Whether it is an http or https URL with a host."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable() and " " not in url
