"""The one HTTP client: bounded in time, size and redirects, and closed to private addresses unless they are
allowed.

A name is judged by the very addresses that are then connected to, at each hop of a redirect too.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDictProxy
from yarl import URL

MEBIBYTE = 1024 * 1024
BECOMES_GET = frozenset({301, 302, 303})
REDIRECTS = BECOMES_GET | {307, 308}


class Kind(Enum):
    """Why there was no answer."""

    BAD_URL = "bad url"
    DNS = "name not found"
    REFUSED_ADDRESS = "address not allowed"
    CONNECT = "no connection"
    CONNECT_TIMEOUT = "connection took too long"
    TLS = "TLS failed"
    READ_TIMEOUT = "answer took too long"
    DISCONNECTED = "connection lost before the answer"
    PROTOCOL = "not HTTP"
    TOO_LARGE = "answer too large"
    TOO_MANY_REDIRECTS = "too many redirects"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of whatever status. `url` is where it came from, after redirects."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class HttpFailure:
    """No answer. `reached` tells whether the request may have been acted upon."""

    kind: Kind
    reason: str

    @property
    def reached(self) -> bool:
        return self.kind in (Kind.READ_TIMEOUT, Kind.DISCONNECTED, Kind.PROTOCOL, Kind.TOO_LARGE)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each stage may take, in seconds."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0


class RefusedAddress(OSError):  # noqa: N818 - it names what is wrong
    """A host that resolves to addresses that may not be called."""


def is_public(address: str) -> bool:
    """Whether an address is one of the open Internet: IPv4 hidden inside IPv6 is judged as what it is."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is None and parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
        if parsed.teredo is not None or parsed.is_site_local:
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class _JudgingResolver(AbstractResolver):
    """Resolves by the system and lets only public addresses through."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        allowed = [each for each in found if is_public(str(each[4][0]))]
        if not allowed:
            raise RefusedAddress(f"{host} has no public address")
        return [
            ResolveResult(
                hostname=host,
                host=str(where[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, proto, _, where in allowed
        ]

    async def close(self) -> None:
        """Holds nothing."""


class HttpClient:
    """Make one for a process, inside its event loop, and close it at the end."""

    def __init__(
        self, *, allow_private: bool, connections_per_host: int = 50, agent: str = "Tidings"
    ) -> None:
        self._allow_private = allow_private
        connector = aiohttp.TCPConnector(
            limit=0,
            limit_per_host=connections_per_host,
            resolver=None if allow_private else _JudgingResolver(),
            ttl_dns_cache=10,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": agent},
            requote_redirect_url=False,
        )

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        patience: Patience = Patience(),
        redirects: int = 0,
        largest_answer_bytes: int = MEBIBYTE,
        sign: Callable[[str, str], Mapping[str, str]] | None = None,
    ) -> Answered | HttpFailure:
        """One request, following at most so many `redirects` (none: a redirect is an answer).

        `sign(method, url)` gives more headers for each hop. Authorization is not carried to another origin.
        """
        given = dict(headers or {})
        target = _parsed(url)
        try:
            async with asyncio.timeout(patience.total):
                for _ in range(redirects + 1):
                    if target is None:
                        return HttpFailure(Kind.BAD_URL, "only http and https URLs with a host can be called")
                    signed = {**given, **sign(method, str(target))} if sign else given
                    answer = await self._exchange(
                        method, target, signed, body, patience, largest_answer_bytes
                    )
                    if isinstance(answer, HttpFailure) or answer.status not in REDIRECTS or not redirects:
                        return answer
                    if (location := answer.headers.get("Location")) is None:
                        return answer
                    if answer.status in BECOMES_GET and method != "HEAD":
                        method, body = "GET", None
                    left, target = target, _joined(target, location)
                    if target is not None and target.origin() != left.origin():
                        given = {
                            name: text for name, text in given.items() if name.lower() != "authorization"
                        }
                return HttpFailure(Kind.TOO_MANY_REDIRECTS, f"more than {redirects} redirects")
        except TimeoutError:
            return HttpFailure(Kind.READ_TIMEOUT, f"no whole answer within {patience.total:g} s")

    async def _exchange(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        body: bytes | None,
        patience: Patience,
        largest: int,
    ) -> Answered | HttpFailure:
        if not self._allow_private and _is_literal(url.host or "") and not is_public(url.host or ""):
            return HttpFailure(Kind.REFUSED_ADDRESS, "private and local addresses may not be called")
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=patience.connect, sock_read=patience.read)
        try:
            async with self._session.request(
                method, url, headers=headers, data=body, allow_redirects=False, timeout=timeout
            ) as response:
                content = bytearray()
                async for chunk in response.content.iter_chunked(65_536):
                    content += chunk
                    if len(content) > largest:
                        response.close()
                        return HttpFailure(Kind.TOO_LARGE, f"the answer is larger than {largest} bytes")
                return Answered(response.status, response.headers, bytes(content), str(url))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _failure(error)

    async def close(self) -> None:
        """Ends all connections."""
        await self._session.close()


def _parsed(url: str) -> URL | None:
    """The URL as written, so that what is signed is what is called."""
    try:
        parsed = URL(url, encoded=True)
        callable_ = parsed.scheme in ("http", "https") and parsed.host
    except ValueError:
        return None
    return parsed.with_fragment(None) if callable_ else None


def _joined(base: URL, location: str) -> URL | None:
    try:
        return _parsed(str(base.join(URL(location, encoded=True))))
    except ValueError:
        return None


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _failure(error: Exception) -> HttpFailure:
    return HttpFailure(_kind(error), str(error) or type(error).__name__)


def _kind(error: Exception) -> Kind:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, RefusedAddress) or isinstance(error.__cause__, RefusedAddress):
        return Kind.REFUSED_ADDRESS
    table: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Kind], ...] = (
        (aiohttp.ClientConnectorDNSError, Kind.DNS),
        ((aiohttp.ClientSSLError, ssl.SSLError), Kind.TLS),
        (aiohttp.ConnectionTimeoutError, Kind.CONNECT_TIMEOUT),
        (TimeoutError, Kind.READ_TIMEOUT),
        (aiohttp.ClientConnectorError, Kind.CONNECT),
        (aiohttp.InvalidURL, Kind.BAD_URL),
        (
            (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError),
            Kind.DISCONNECTED,
        ),
        (aiohttp.ClientError, Kind.PROTOCOL),
        (OSError, Kind.CONNECT),
    )
    return next((kind for kinds, kind in table if isinstance(error, kinds)), Kind.BAD_URL)
