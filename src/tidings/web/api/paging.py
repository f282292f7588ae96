"""The page envelope of the 2010-04-01 API, and the keyset inside every list. `meta.py` has the envelope of the
other products.

A list is ordered by id, newest first, and a page token is the id where a page ended: `PA` and the SID of
the last row of the page before (the next page lies behind it), or `PB` and the SID of the first row of the
page after. Tokens are not signed: they only name a place, and every statement is bound to the account
anyway.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

import msgspec

from tidings.kernel.outcomes import Refused
from tidings.web.api.forms import integer, invalid
from tidings.web.api.request import Form, Request, Response, last

DEFAULT_PAGE_SIZE = 50
LARGEST_PAGE_SIZE = 1000
_LARGEST_PAGE = 1 << 31
_TOKEN = re.compile(r"P([AB])([A-Z]{2})([0-9a-fA-F]{32})", re.ASCII)
LOWEST = UUID(int=0)
HIGHEST = UUID(int=(1 << 128) - 1)
"""Bounds of a page that names none; both are exclusive."""
_PAGING = ("PageSize", "Page", "PageToken")

_encode = msgspec.json.Encoder().encode

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of a list are asked for."""

    size: int
    number: int
    """Counted from 0; only for the caller's own use."""
    after: UUID | None = None
    """Rows older than this id."""
    before: UUID | None = None
    """Rows newer than this id, the nearest ones; at most one of the two bounds is set."""

    @property
    def fetch(self) -> int:
        """How many rows to ask for: one more than are shown tells whether there is a further page."""
        return self.size + 1


def page_of(query: Form, *, prefix: str) -> Page | Refused:
    """The page that a query asks for. A PageSize outside 1..1000 is clamped, because the official SDK asks
    for as many rows as its caller's `limit`. Without a token it is the first page, whatever `Page` says."""
    size = integer(query, "PageSize")
    number = integer(query, "Page")
    if isinstance(size, Refused):
        return size
    if isinstance(number, Refused):
        return number
    if number is not None and not 0 <= number < _LARGEST_PAGE:
        return invalid("Page", "must be zero or more")
    size = DEFAULT_PAGE_SIZE if size is None else min(max(size, 1), LARGEST_PAGE_SIZE)
    token = last(query, "PageToken")
    if token is None:
        return Page(size, 0)
    match = _TOKEN.fullmatch(token)
    if match is None or match[2] != prefix:
        return invalid("PageToken", "is not one that this list gave out")
    place = UUID(hex=match[3])
    if match[1] == "A":
        return Page(size, number or 1, after=place)
    return Page(size, number or 0, before=place)


def cut(page: Page, rows: Sequence[T]) -> tuple[list[T], bool]:
    """The rows to show, newest first, and whether there are further ones in the direction of the page.

    `rows` is what the list's statement gave for `page.fetch` rows: newest first, but oldest first for a page
    that lies before a token."""
    shown = list(rows[: page.size])
    if page.before is not None:
        shown.reverse()
    return shown, len(rows) > page.size


def envelope(
    request: Request,
    page: Page,
    entries: Sequence[Any],
    *,
    key: str,
    prefix: str,
    ids: Sequence[UUID],
    further: bool,
) -> Response:
    """The answer to a list request: `entries` under `key`, and where the pages around it are.

    No other key may be added: the official SDK takes the only key that it does not know for the list."""
    start = page.number * page.size
    around = Around(request, page, request.path, prefix=prefix, ids=ids, further=further)
    return Response(
        200,
        _encode(
            {
                "end": start + max(len(entries) - 1, 0),
                "first_page_uri": around.first,
                "next_page_uri": around.following,
                "page": page.number,
                "page_size": page.size,
                "previous_page_uri": around.preceding,
                "start": start,
                "uri": around.own,
                key: entries,
            }
        ),
    )


class Around:
    """Addresses of a page and of those around it, with the filters of the request. `base` is the list's own
    address, `ids` those of the page's rows, and `further` whether there are more in the direction of the page."""

    def __init__(
        self, request: Request, page: Page, base: str, *, prefix: str, ids: Sequence[UUID], further: bool
    ) -> None:
        filters = "".join(
            f"{quote(name, safe='')}={quote(value, safe='')}&"
            for name, values in request.query.items()
            if name not in _PAGING
            for value in values
        )
        self._base = f"{base}?{filters}PageSize={page.size}&Page="
        self._prefix = prefix
        following = page.before is not None or further
        preceding = page.after is not None or (page.before is not None and further)
        self.first = self._at(0)
        self.own = self._of(page)
        self.following = self._at(page.number + 1, "A", ids[-1]) if following and ids else None
        self.preceding = self._at(max(page.number - 1, 0), "B", ids[0]) if preceding and ids else None

    def _at(self, number: int, direction: str = "", place: UUID | None = None) -> str:
        token = f"&PageToken=P{direction}{self._prefix}{place.hex}" if place is not None else ""
        return f"{self._base}{number}{token}"

    def _of(self, page: Page) -> str:
        if page.before is not None:
            return self._at(page.number, "B", page.before)
        return self._at(page.number, "A" if page.after else "", page.after)
