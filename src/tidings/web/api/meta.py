"""The page envelope of every product but the 2010-04-01 API: `{"meta": {...}, "<key>": [...]}`.

Its addresses are absolute, because the official SDK follows them as they stand.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from tidings.web.api.paging import Around, Page
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response

_encode = msgspec.json.Encoder().encode


def meta_envelope(
    request: Request,
    page: Page,
    rows: Sequence[Any],
    *,
    key: str,
    prefix: str,
    ids: Sequence[UUID],
    further: bool,
) -> Response:
    """The answer to a list request: `rows` under `key`, and where the pages around it are.

    `page` comes from `page_of`, the rows that are shown and `further` from `cut`, as for the older envelope."""
    around = Around(request, page, own_url(request, request.path), prefix=prefix, ids=ids, further=further)
    return Response(
        200,
        _encode(
            {
                "meta": {
                    "page": page.number,
                    "page_size": page.size,
                    "first_page_url": around.first,
                    "previous_page_url": around.preceding,
                    "url": around.own,
                    "next_page_url": around.following,
                    "key": key,
                },
                key: rows,
            }
        ),
    )
