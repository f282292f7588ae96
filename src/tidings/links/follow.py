"""Following a link: who asks for a code on a brand's host is sent on, once the click is kept.

One statement finds the links of all requests that came while the last was under way, and keeps their clicks. Nothing is
judged here: what a click was is for others to say, from the evidence, later.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from functools import lru_cache
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import msgspec
import structlog
from msgspec.structs import astuple

from tidings.kernel.instant import Instant
from tidings.kernel.sid import mint
from tidings.links.domain import Domain
from tidings.links.domains import Hosts
from tidings.links.files import WELL_KNOWN, Files
from tidings.links.missed import Missed
from tidings.links.misses import Misses
from tidings.links.month import months_by_sign
from tidings.links.page import gone_page
from tidings.links.shorten import CODE_LENGTH, is_code
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database, is_transient, with_retries
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.statements import Statements
from tidings.web.api.http_protocol import WHOLE

SQL = Statements.beside(__file__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

LONGEST_EVIDENCE = 512
WAIT_SECONDS = 5.0
"""How long a follow waits for a database that does not answer."""
HINTS = frozenset(
    {
        b"purpose",
        b"sec-fetch-dest",
        b"sec-fetch-mode",
        b"sec-fetch-user",
        b"sec-purpose",
        b"x-moz",
        b"x-purpose",
        b"x-requested-with",
    }
)
"""Headers in which browsers and previews say what they ask for a page for."""
_ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"x-robots-tag", b"noindex"),
    (b"referrer-policy", b"no-referrer"),
)
_HTML = (b"content-type", b"text/html; charset=utf-8")
_TEXT = (b"content-type", b"text/plain; charset=utf-8")
ROBOTS = b"User-agent: *\nDisallow: /\n"

log = structlog.get_logger(__name__)


class Click(msgspec.Struct, frozen=True):
    """A request for a code, as it is kept if there is such a link."""

    code: str
    domain: UUID
    at: Instant
    method: str
    agent: str
    network: str
    hints: str


class Follow:
    """Stands before `beyond`, and answers whatever is asked of a brand's host. `entropy(n)` gives n random bytes."""

    def __init__(
        self,
        db: Database,
        *,
        hosts: Hosts,
        beyond: Asgi,
        clock: Clock,
        monotonic: Callable[[], float],
        entropy: Entropy,
    ) -> None:
        self._db = db
        self._hosts = hosts
        self._beyond = beyond
        self._clock = clock
        self._entropy = entropy
        self._misses = Misses(db, clock=clock, monotonic=monotonic)
        self._missed = Missed(db, clock=clock, monotonic=monotonic, entropy=entropy)
        self._files = Files(db, monotonic=monotonic)
        self._commits = GroupCommit[Click, str | None](self._write, writers=2)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = _host(scope)
            domain = self._hosts.recall(host) if self._hosts.fresh else await self._hosts.find(host)
            if domain is not None and scope["path"].startswith(domain.path):
                status, headers, body = await self._answer(scope, domain)
                await _send(scope, send, status, headers, body)
                return
        await self._beyond(scope, receive, send)

    async def _answer(self, scope: Scope, domain: Domain) -> tuple[int, Sequence[tuple[bytes, bytes]], bytes]:
        method, path = scope["method"], scope["path"]
        if method not in ("GET", "HEAD"):
            return 405, ((b"allow", b"GET, HEAD"), _TEXT), b"Method Not Allowed\n"
        if path == "/robots.txt":
            return 200, (_TEXT,), ROBOTS
        if path.startswith(WELL_KNOWN) and domain.base_url is None:
            return await self._file(domain, path.removeprefix(WELL_KNOWN))
        client = scope.get("client")
        network = network_of(client[0]) if client else ""
        if self._misses.too_many(network):
            return 429, ((b"retry-after", b"60"), _TEXT), b"Too Many Requests\n"
        destination = None
        code = path.removeprefix(domain.path)
        if len(code) == CODE_LENGTH and is_code(code):
            try:
                destination = await self._commits.submit(self._click(scope, domain, code, network))
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("link not followed", reason=repr(error))
                return 503, ((b"retry-after", b"1"), _TEXT), b"Service Unavailable\n"
        if destination is not None:
            return 302, ((b"location", destination.encode("ascii")),), b""
        self._misses.count(network)
        self._missed.note(domain)
        if domain.fallback_url is not None:
            return 302, ((b"location", domain.fallback_url.encode("ascii")),), b""
        return 404, (_HTML, (b"content-language", domain.language.encode())), gone_page(domain)

    async def _file(self, domain: Domain, name: str) -> tuple[int, Sequence[tuple[bytes, bytes]], bytes]:
        """What the brand's apps claim its links by, as systems look for it."""
        try:
            file = await self._files.find(domain.id, name)
        except Exception as error:
            if not is_transient(error):
                raise
            return 503, ((b"retry-after", b"1"), _TEXT), b"Service Unavailable\n"
        if file is None:
            return 404, (_TEXT,), b"Not Found\n"
        return 200, ((b"content-type", file.type.encode("ascii")),), file.body

    def _click(self, scope: Scope, domain: Domain, code: str, network: str) -> Click:
        agent, hints = "", None
        for name, value in scope["headers"]:
            if name == b"user-agent":
                agent = _kept(value)
            elif name in HINTS:
                hints = (hints or []) + [f"{name.decode()}: {_kept(value)}"]
        told = "" if hints is None else "\n".join(hints)[:LONGEST_EVIDENCE]
        return Click(code, domain.id, self._clock(), scope["method"], agent, network, told)

    async def _write(self, batch: Sequence[Click]) -> Sequence[str | None]:
        columns = [list(column) for column in zip(*map(astuple, batch), strict=True)]
        chance, months = self._entropy(10 * len(batch)), months_by_sign(batch[-1].at)
        ids = [mint(one.at, chance[10 * n : 10 * n + 10], 0) for n, one in enumerate(batch)]
        columns += [ids, [months[one.code[0]] for one in batch]]

        async def write() -> list[Any]:
            async with self._db.connection() as connection:
                return await SQL.many(connection, "follow", *columns)

        destinations: list[str | None] = [None] * len(batch)
        for row in await with_retries(write, wait_seconds=WAIT_SECONDS):
            destinations[row["place"] - 1] = row["destination"]
        return destinations

    async def close(self) -> None:
        await self._commits.close()
        await self._missed.close()
        await self._misses.close()


@lru_cache(maxsize=65_536)
def network_of(address: str) -> str:
    """The network of an address, which is all that is kept of it: /24 of IPv4, /48 of IPv6; "" for what is neither."""
    try:
        return str(ip_network((address, 48 if ":" in address else 24), strict=False))
    except ValueError:
        return ""


def _host(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            text: str = value.decode("latin-1")
            return text
    return ""


def _kept(value: bytes) -> str:
    return value[:LONGEST_EVIDENCE].decode("latin-1").replace("\0", "")


async def _send(
    scope: Scope, send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes
) -> None:
    told = [*_ALWAYS, *headers, (b"content-length", b"%d" % len(body))]
    whole = scope.get(WHOLE)
    if whole is not None:
        await whole(status, told, body)
        return
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
