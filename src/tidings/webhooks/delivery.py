"""One callback on its way: what it says, where it goes next, and what came of its attempts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from tidings.kernel.sid import Sid
from tidings.messages import Reply
from tidings.monitor import Alert, Exchange
from tidings.webhooks.callback import encode, idempotency_token, with_fallback
from tidings.webhooks.destination import Destination, request_head, with_query
from tidings.webhooks.signature import Form, sign_sorted_form, sign_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tidings.webhooks.parcel import Parcel
    from tidings.webhooks.retry import Failure
    from tidings.webhooks.wire import Answer, Content

Key = tuple[int, int, int]
"""Bucket, xid and seq of the fact that is told."""


class Stage(Enum):
    ABOARD = "aboard"
    """In the air, or waiting in memory for its endpoint."""
    LATER = "later"
    """Waits in the table until `next_at`."""
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class GoOn:
    """An answer that sends the webhook elsewhere."""

    url: str
    method: str


class Delivery:
    """Mutable: it is handed from hand to hand on the event loop, and never shared between two at once."""

    wants_body = False
    """Whether the answer's body counts, so that it is kept for `understand`."""

    __slots__ = (
        "account",
        "alerts",
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
        "fallback_method",
        "fallback_url",
        "form",
        "hops",
        "message",
        "method",
        "next_at",
        "on_rest",
        "reason",
        "redirects",
        "replies",
        "seq",
        "shown_url",
        "spent_ms",
        "stage",
        "status",
        "total_attempts",
        "url",
        "verb",
        "written",
        "xid",
    )

    def __init__(
        self,
        parcel: Parcel,
        destination: Destination,
        *,
        auth_token: str,
        attempts: int = 0,
        total_attempts: int = 0,
        spent_ms: int = 0,
    ) -> None:
        self.bucket, self.xid, self.seq = parcel.key
        self.account = parcel.account
        self.message = parcel.message
        self.status = parcel.status
        self.fallback_url = parcel.fallback_url
        self.fallback_method = parcel.fallback_method
        self.redirects = parcel.redirects
        """How often an answer's body sent it elsewhere (TwiML's Redirect)."""
        self.form = parcel.form
        self.body = encode(parcel.form)
        self.auth_token = auth_token
        self.attempts = attempts
        """Attempts at `url` so far, the one in the air included."""
        self.total_attempts = total_attempts
        """The same, with those at the URL before the fallback."""
        self.spent_ms = spent_ms
        """Time that the ended attempts at `url` took, with the pauses between them."""
        self.hops = 0
        self.authorization: str | None = None
        self._aim(parcel.url, destination, parcel.method)
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
        self.reason = ""
        """What is wrong with the last answer, where its code alone does not say it."""
        self.replies: list[Reply] = []
        """What its answers ask to be sent."""
        self.alerts: list[Alert] = []
        """What went wrong on the way, for the owner of the account."""
        self.written = (0, 0)
        """How many of the replies and of the alerts are in the database."""

    @property
    def key(self) -> Key:
        return (self.bucket, self.xid, self.seq)

    @property
    def aboard(self) -> bool:
        return self.stage is Stage.ABOARD

    @property
    def token(self) -> str:
        """The same for each attempt, after a restart too, but another for each URL that an answer leads to."""
        return idempotency_token(self.bucket, self.xid, self.seq, self.redirects)

    @property
    def resource(self) -> Sid:
        """What it is about."""
        return Sid("SM", self.message)

    @property
    def service(self) -> UUID | None:
        sid = Sid.parse(dict(self.form).get("MessagingServiceSid", ""), "MG")
        return None if sid is None else sid.uuid

    def understand(self, _answer: Answer) -> Failure | GoOn | None:
        """What an answer with a good status means; None that all is well."""
        return None

    def begin(self, now: float) -> None:
        """Count an attempt, whose clock starts at loop time `now`."""
        self.attempts += 1
        self.total_attempts += 1
        self.began_at = now
        self.deadline_at = now + max(0, self.destination.overrides.total_timeout_ms - self.spent_ms) / 1000

    def restart_at(
        self, url: str, destination: Destination, *, method: str = "POST", form: Form | None = None
    ) -> None:
        """Point it at another URL as if it had never been tried."""
        self.authorization = None
        self.attempts = self.hops = self.spent_ms = 0
        self.began_at = 0.0
        if form is not None:
            self.form = form
            self.body = encode(form)
        self._aim(url, destination, method)

    def fall_back(self, destination: Destination, *, code: int) -> None:
        assert self.fallback_url is not None
        url, self.fallback_url = self.fallback_url, None
        form = with_fallback(self.form, code=code, url=self.shown_url)
        self.restart_at(url, destination, method=self.fallback_method, form=form)

    def alert(self, code: int, *, text: str = "", content: Content | None = None) -> None:
        """Note what went wrong with the URL that is asked now."""
        form = [pair for pair in self.form if pair[0] != "Body"]
        exchange = Exchange(self.verb, self.shown_url, variables=encode(form).decode("ascii"))
        if content is not None:
            exchange = replace(
                exchange,
                headers="\n".join(f"{name}: {value}" for name, value in content.headers),
                body=content.body.decode("utf-8", "replace"),
            )
        resource = str(self.resource)
        self.alerts.append(Alert(self.account, code, resource, self.service, text or self.reason, exchange))

    def unwritten(self) -> tuple[list[Reply], list[Alert]]:
        """What is to be written down with the next that is written of it."""
        replies, alerts = self.written
        return self.replies[replies:], self.alerts[alerts:]

    def _aim(self, url: str, destination: Destination, method: str) -> None:
        self.url = url
        self.verb = self.method = method
        """`verb` is how `url` is asked; `method` how the request in the air is, after a redirect of HTTP."""
        self.endpoint = str(destination.endpoint)
        """The endpoint of `url`, also when a redirect has led elsewhere."""
        self.shown_url = destination.url
        """`url` without its credentials and fragment, for the log."""
        if method == "GET":
            destination = with_query(destination, self.body.decode("ascii"))
        self.destination = destination

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
