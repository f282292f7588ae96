"""What a raw handler is given, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]
Form = Mapping[str, list[str]]
"""Decoded pairs by key; a repeated key keeps all its values in order, so no list is empty."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credential a request carries, and the account that it is about."""

    account: UUID
    """The account of the path, whose rows are touched; the credential's own where the path names none."""
    sid: str
    """The same account as it is written on the wire."""
    owner: UUID
    """The account that the credential belongs to: `account` itself or its parent."""
    by_key: bool
    """Whether an API key was shown, which may not touch credentials and accounts."""
    active: bool
    """Whether `account` is neither suspended nor closed."""
    concurrency_limit: int
    """Requests of `account` that may be under way at once in this process."""


NOBODY = Caller(UUID(int=0), "", UUID(int=0), by_key=True, active=True, concurrency_limit=1_000)
"""Who asks at a public route: an account that owns nothing."""


@dataclass(slots=True)
class Request:
    method: str
    path: str
    params: Mapping[str, str]
    """What stood in the places of the path's pattern."""
    caller: Caller
    form: Form
    query: Form
    headers: list[tuple[bytes, bytes]]
    scheme: str = "http"
    body: bytes = b""
    """What came, as it came; kept for public routes, whose handlers check a signature of it, and for those that take
    JSON. Their `form` is empty."""
    query_string: bytes = b""
    """The query as it came, undecoded."""

    def header(self, name: bytes) -> bytes | None:
        """The first header of this lower-case name."""
        for key, value in self.headers:
            if key == name:
                return value
        return None

    @property
    def host(self) -> str:
        """The host by which the caller came, with its port where one was named."""
        return (self.header(b"host") or b"localhost").decode("latin-1")

    @property
    def base_url(self) -> str:
        """Scheme and host by which the caller came: what URLs in answers must name."""
        return f"{self.scheme}://{self.host}"


class Response(msgspec.Struct, frozen=True):
    status: int
    body: bytes = b""
    """JSON, unless the headers have another `content-type`."""
    headers: Headers = ()


def last(form: Form, key: str) -> str | None:
    """The value of a parameter that stands once. Empty is the same as absent, and of several the last
    counts."""
    values = form.get(key)
    return (values[-1] or None) if values else None
