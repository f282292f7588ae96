"""Where a callback goes: a URL taken apart once, in the forms that signing, connecting and sending need."""

from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from tidings.kernel.callback_url import host_name, is_callback_url
from tidings.webhooks import overrides
from tidings.webhooks.overrides import Overrides

_DEFAULT_PORT = {"http": 80, "https": 443}
_KEPT = "%/:=&?~+!$,;'@()*[]-._"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What connections are made to and shared by; slow ones are kept apart by it."""

    scheme: str
    host: str
    port: int
    server_name: bool = True

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Destination:
    endpoint: Endpoint
    url: str
    """As requested and as signed: no fragment, no user information."""
    target: str
    """Path and query, as on the request line."""
    head: bytes
    """The request line and headers that never change, ready for a POST of a form."""
    authority: str
    user: str | None
    password: str
    overrides: Overrides


@lru_cache(maxsize=4096)
def parse(url: str) -> Destination | None:
    """The destination that a callback URL names; None when it is not one."""
    if not is_callback_url(url):
        return None
    parts = urlsplit(url)
    host = host_name(parts)
    if host is None:
        return None
    asked = overrides.parse(parts.fragment)
    authority = parts.netloc.rpartition("@")[2]
    if not authority.isascii():
        authority = host if parts.port is None else f"{host}:{parts.port}"
    path = quote(parts.path, safe=_KEPT) or "/"
    query = quote(parts.query, safe=_KEPT)
    target = f"{path}?{query}" if query else path
    # A bare host is signed as it is written; the request line needs its slash all the same.
    signed_path = "" if not parts.path and not query else path
    return Destination(
        endpoint=Endpoint(parts.scheme, host, parts.port or _DEFAULT_PORT[parts.scheme], asked.server_name),
        url=urlunsplit((parts.scheme, authority, signed_path, query, "")),
        target=target,
        head=_head("POST", target, authority),
        authority=authority,
        user=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password or ""),
        overrides=asked,
    )


def redirected(destination: Destination, location: str) -> Destination | None:
    """Where a Location header points, seen from `destination`; None when it points nowhere callable.

    The overrides of the first URL go on to hold, and its credentials stay with its own endpoint."""
    try:
        url = urljoin(destination.url, location.strip())
    except ValueError:
        return None
    found = parse(url)
    if found is None:
        return None
    same = (
        found.endpoint.host == destination.endpoint.host and found.endpoint.port == destination.endpoint.port
    )
    keep_user = found.user is None and same and found.endpoint.scheme == destination.endpoint.scheme
    return Destination(
        endpoint=Endpoint(
            found.endpoint.scheme, found.endpoint.host, found.endpoint.port, destination.endpoint.server_name
        ),
        url=found.url,
        target=found.target,
        head=found.head,
        authority=found.authority,
        user=destination.user if keep_user else found.user,
        password=destination.password if keep_user else found.password,
        overrides=destination.overrides,
    )


def with_query(destination: Destination, query: str) -> Destination:
    """The same with more parameters behind those it has, for a GET that carries a form."""
    target = f"{destination.target}{'&' if '?' in destination.target else '?'}{query}"
    base = destination.url
    return replace(
        destination,
        url=f"{base}{'&' if '?' in base else '?'}{query}",
        target=target,
        head=_head("POST", target, destination.authority),
    )


def request_head(destination: Destination, method: str, *, json: bool = False) -> bytes:
    """The first part of a request: what is the same for every callback to this URL. `json`: its body is no form."""
    if json:
        return _head(method, destination.target, destination.authority, "application/json")
    if method == "POST":
        return destination.head
    return _head(method, destination.target, destination.authority)


def _head(
    method: str,
    target: str,
    authority: str,
    content_type: str = "application/x-www-form-urlencoded; charset=UTF-8",
) -> bytes:
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {authority}",
        "User-Agent: TwilioProxy/1.1",
        "Accept: */*",
    ]
    if method == "POST":
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join([*lines, ""]).encode("ascii")
