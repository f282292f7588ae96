"""What is to be told of a fact: whom, how, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tidings.webhooks.signature import Form

if TYPE_CHECKING:
    from uuid import UUID


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """`form` is sorted by name, as the signature wants it. `status` is what the log names it by."""

    key: tuple[int, int, int]
    """Bucket, xid and seq of the fact that is told."""
    account: UUID
    message: UUID
    status: str
    url: str
    form: Form
    method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"
    redirects: int = 0
