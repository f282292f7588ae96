"""TLS by name: the certificates of brands' domains as a web role holds them in memory, chosen by the name that a client
asks for (RFC 6066 3, SNI)."""

import asyncio
import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import structlog

from tidings.kernel.instant import Instant
from tidings.links.certificates import unsealed
from tidings.runtime.database import Database, is_transient
from tidings.runtime.secrets import Sealer, Unsealable
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
READ_AGAIN_SECONDS = 5.0

log = structlog.get_logger(__name__)


class NamedTls:
    """`context` is for a listening socket. A name without a certificate here is refused as unrecognized."""

    def __init__(self, db: Database, *, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer
        self._held: dict[str, ssl.SSLContext] = {}
        self._versions: dict[UUID, Instant] = {}
        self.context = _empty()
        self.context.sni_callback = self._choose

    def names(self) -> frozenset[str]:
        """The names that have a certificate here."""
        return frozenset(self._held)

    async def keep(self, *, until: asyncio.Event) -> None:
        """Follows what is uploaded, got and renewed, until told to stop. While the database does not answer, what was
        held is held."""
        while not until.is_set():
            try:
                await self.read()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("certificates not read", reason=repr(error))
            try:
                await asyncio.wait_for(until.wait(), READ_AGAIN_SECONDS)
            except TimeoutError:
                continue

    async def read(self) -> None:
        """Takes in the certificates that are new or were changed, and lets go of those that are gone."""
        async with self._db.connection() as connection:
            standing = {row["domain"]: row for row in await SQL.many(connection, "certificate_versions")}
            changed = [id for id, row in standing.items() if self._versions.get(id) != row["updated_at"]]
            found = await SQL.many(connection, "certificates_of", changed) if changed else []
        held = {
            row["name"]: self._held[row["name"]] for row in standing.values() if row["name"] in self._held
        }
        for row in found:
            name = standing[row["domain"]]["name"]
            try:
                held[name] = _holding(row["chain"], unsealed(row["sealed_key"], row["domain"], self._sealer))
            except (ssl.SSLError, Unsealable) as error:
                log.warning("a certificate cannot be used", domain=name, reason=repr(error))
                held.pop(name, None)
        self._held = held
        self._versions = {id: row["updated_at"] for id, row in standing.items()}

    def _choose(self, socket: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        held = self._held.get((name or "").lower().rstrip("."))
        if held is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        socket.context = held
        return None


def _empty() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _holding(chain: str, key: str) -> ssl.SSLContext:
    context = _empty()
    with _file(chain + key) as path:
        context.load_cert_chain(path)
    return context


@contextmanager
def _file(text: str) -> Iterator[str]:
    """The path of a file with this text: Python's ssl reads keys from nothing else. In memory where the system can."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("certificate", os.MFD_CLOEXEC)
        with os.fdopen(number, "w") as file:
            file.write(text)
            file.flush()
            yield f"/proc/self/fd/{number}"
    else:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(text)
            file.flush()
            yield file.name
