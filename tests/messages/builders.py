"""Drafts and instants for tests of messages: each test states only what matters to it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.messages.draft import Draft

SHOP = "55501"
ANNA = "+14155552671"
ACCOUNT = UUID("0193565b-0000-7000-8000-000000000001")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def draft(**changes: Any) -> Draft:
    plain = Draft(
        account=ACCOUNT,
        sender=SHOP,
        sender_kind="short_code",
        sender_mps=100.0,
        sender_queue_limit_seconds=None,
        recipient=ANNA,
        calling_code="1",
        body="Your table is ready.",
        ucs2=False,
        segments=1,
        priority=1,
        resend=True,
        validity_seconds=36_000,
    )
    return msgspec.structs.replace(plain, **changes)
