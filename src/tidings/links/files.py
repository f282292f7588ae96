"""Files of a domain under /.well-known/: by them phones know that a brand's app may open its links."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection, Database
from tidings.runtime.remembered import Remembered
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
WELL_KNOWN = "/.well-known/"
NAMES = ("apple-app-site-association", "assetlinks.json", "security.txt", "gpc.json")
"""What an account may put there."""
CHALLENGE = "acme-challenge/"
"""Where an issuer of certificates looks for an answer; its connector writes it."""
LARGEST_BYTES = 128 * 1024
"""Apple reads no more of its file."""
MOST_REMEMBERED = 1000
TRUST_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class File:
    type: str
    body: bytes


class Files:
    """Files as they are served, believed for some seconds. That there is none is not."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float]) -> None:
        self._db = db
        self._known = Remembered[tuple[UUID, str], File](
            monotonic=monotonic, trust_seconds=TRUST_SECONDS, most=MOST_REMEMBERED
        )

    async def find(self, domain: UUID, name: str) -> File | None:
        if name not in NAMES and not name.startswith(CHALLENGE):
            return None

        async def read() -> File | None:
            async with self._db.connection() as connection:
                row = await SQL.one(connection, "file_of_domain", domain, name)
                return None if row is None else File(row["type"], row["body"])

        return await self._known.find((domain, name), read)


def fault_of(name: str, body: bytes) -> str | None:
    """Why a file of this name may not be put there; None when it may."""
    if name not in NAMES:
        return f"is none of {', '.join(NAMES)}"
    if len(body) > LARGEST_BYTES:
        return f"has more than {LARGEST_BYTES // 1024} kB"
    if name.endswith(".txt"):
        return None
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError) as error:
        return f"is no JSON: {error}"
    return None


def type_of(name: str) -> str:
    return "text/plain; charset=utf-8" if name.endswith(".txt") else "application/json"


async def keep_file(
    db: Connection, account: UUID, domain: UUID, name: str, body: bytes, *, type: str, now: Instant
) -> bool:
    """False where the account has no such domain."""
    return await SQL.run(db, "keep_file", account, domain, name, type, body, now) > 0


async def drop_file(db: Connection, account: UUID, domain: UUID, name: str) -> bool:
    return await SQL.run(db, "drop_file", account, domain, name) > 0


async def files_of(db: Connection, account: UUID, domain: UUID) -> list[dict[str, Any]]:
    """Name, type, octets and time of each."""
    return [dict(row) for row in await SQL.many(db, "files_of_domain", account, domain)]
