"""One callback on its way: what it says, where it goes next, and what came of its attempts."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from tidings.webhooks.callback import encode, idempotency_token, with_fallback
from tidings.webhooks.destination import Destination, request_head
from tidings.webhooks.signature import Form, sign_sorted_form, sign_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

Key = tuple[int, int, int]
"""Bucket, xid and seq of the fact that is told."""


class Stage(Enum):
    ABOARD = "aboard"
    """In the air, or waiting in memory for its endpoint."""
    LATER = "later"
    """Waits in the table until `next_at`."""
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery:
    """Mutable: it is handed from hand to hand on the event loop, and never shared between two at once."""

    __slots__ = (
        "account",
        "answer_status",
        "attempts",
        "auth_token",
        "authorization",
        "began_at",
        "body",
        "bucket",
        "code",
        "deadline_at",
        "destination",
        "endpoint",
        "fallback_url",
        "form",
        "hops",
        "message",
        "method",
        "next_at",
        "on_rest",
        "seq",
        "shown_url",
        "spent_ms",
        "stage",
        "status",
        "total_attempts",
        "url",
        "xid",
    )

    def __init__(
        self,
        key: Key,
        *,
        account: UUID,
        message: UUID,
        status: str,
        url: str,
        destination: Destination,
        form: Form,
        auth_token: str,
        fallback_url: str | None = None,
        attempts: int = 0,
        total_attempts: int = 0,
        spent_ms: int = 0,
    ) -> None:
        self.bucket, self.xid, self.seq = key
        self.account = account
        self.message = message
        self.status = status
        self.url = url
        self.fallback_url = fallback_url
        self.destination = destination
        self.endpoint = str(destination.endpoint)
        """The endpoint of `url`, also when a redirect has led elsewhere."""
        self.shown_url = destination.url
        """`url` without its credentials and fragment, for the log."""
        self.form = form
        self.body = encode(form)
        self.auth_token = auth_token
        self.attempts = attempts
        """Attempts at `url` so far, the one in the air included."""
        self.total_attempts = total_attempts
        """The same, with those at the URL before the fallback."""
        self.spent_ms = spent_ms
        """Time that the ended attempts at `url` took, with the pauses between them."""
        self.method = "POST"
        self.hops = 0
        self.authorization: str | None = None
        self.began_at = 0.0
        """Loop time at which the attempt in the air began; 0 while it waits."""
        self.deadline_at = 0.0
        """Loop time at which the total timeout ends the attempt."""
        self.stage = Stage.ABOARD
        self.next_at = 0.0
        """Epoch seconds of the next attempt when the stage is LATER."""
        self.code: int | None = None
        self.answer_status: int | None = None
        self.on_rest: Callable[[Delivery], None] | None = None
        """Called when it is no longer aboard."""

    @property
    def key(self) -> Key:
        return (self.bucket, self.xid, self.seq)

    @property
    def aboard(self) -> bool:
        return self.stage is Stage.ABOARD

    @property
    def token(self) -> str:
        return idempotency_token(self.bucket, self.xid, self.seq)

    def begin(self, now: float) -> None:
        """Count an attempt, whose clock starts at loop time `now`."""
        self.attempts += 1
        self.total_attempts += 1
        self.began_at = now
        self.deadline_at = now + max(0, self.destination.overrides.total_timeout_ms - self.spent_ms) / 1000

    def restart_at(self, url: str, destination: Destination, form: Form | None = None) -> None:
        """Point it at another URL as if it had never been tried."""
        self.url = url
        self.destination = destination
        self.endpoint = str(destination.endpoint)
        self.shown_url = destination.url
        self.method = "POST"
        self.authorization = None
        self.attempts = self.hops = self.spent_ms = 0
        self.began_at = 0.0
        if form is not None:
            self.form = form
            self.body = encode(form)

    def fall_back(self, destination: Destination, *, code: int) -> None:
        assert self.fallback_url is not None
        url, self.fallback_url = self.fallback_url, None
        self.restart_at(url, destination, with_fallback(self.form, code=code, url=self.shown_url))

    def request(self) -> bytes:
        """The bytes of the request, signed for the URL that is asked."""
        destination = self.destination
        if self.method == "POST":
            signature = sign_sorted_form(self.auth_token, destination.url, self.form)
            tail = f"Content-Length: {len(self.body)}\r\n\r\n".encode("ascii") + self.body
        else:
            signature = sign_url(self.auth_token, destination.url)
            tail = b"\r\n"
        headers = f"X-Twilio-Signature: {signature}\r\nI-Twilio-Idempotency-Token: {self.token}\r\n"
        if self.authorization is not None:
            headers += f"Authorization: {self.authorization}\r\n"
        return request_head(destination, self.method) + headers.encode() + tail
