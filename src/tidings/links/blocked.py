"""Hosts that the operator lets no short link lead to: a list for all accounts."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class BlockedHost:
    """All that lies below it is blocked too."""

    host: str
    reason: str
    changed_by: str
    at: Instant


def parse_host(text: str) -> str | None:
    """The host of a URL, or the host that the text is, in ASCII and small letters; None where it is neither."""
    text = text.strip()
    try:
        name = (urlsplit(text).hostname if "://" in text else text.lower()) or ""
        name = name.rstrip(".")
        name = idna.encode(name, uts46=True).decode() if not name.isascii() else name
    except (ValueError, idna.IDNAError):
        return None
    signs = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
    return name if name and set(name) <= signs and len(name) <= 253 else None


async def blocked_hosts(db: Connection) -> list[BlockedHost]:
    return [BlockedHost(*row.values()) for row in await SQL.many(db, "blocked_hosts")]


async def blocked_names(db: Connection) -> frozenset[str]:
    """Their names alone."""
    return frozenset(row["host"] for row in await SQL.many(db, "blocked_hosts"))


async def block_host(db: Connection, host: str, *, reason: str, changed_by: str, now: Instant) -> None:
    """`host` is of `parse_host`. Links that were sent go on leading there: it is looked at when a link is made."""
    await SQL.run(db, "block_host", host, reason, changed_by, now)


async def unblock_host(db: Connection, host: str) -> bool:
    """False where it was not blocked."""
    return await SQL.run(db, "unblock_host", host) > 0
