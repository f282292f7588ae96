"""What a callback says: a fact about a message, in Twilio's names."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from tidings.kernel.codes import CODES
from tidings.webhooks.signature import Form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from tidings.messages import CallbackTarget


# Facts that are told, and the status each is told as. `accepted` and `scheduled` are not: they are what the call that
# created the message was answered with.
TOLD: dict[str, str] = {
    "message.queued": "queued",
    "message.sent": "sent",
    "message.delivered": "delivered",
    "message.undelivered": "undelivered",
    "message.failed": "failed",
    "message.canceled": "canceled",
    "message.read": "read",
}
_ENDED_BADLY = frozenset({"failed", "undelivered"})
_PLAIN = re.compile(r"[A-Za-z0-9_.~+-]*").fullmatch
_FROM_CARRIER = frozenset({"delivered", "undelivered"})


def told_status(kind: str, *, through_service: bool) -> str | None:
    """The MessageStatus that a fact is told as; None when nobody is told.

    `queued` is news only for a message of a messaging service: any other was answered with it."""
    status = TOLD.get(kind)
    return None if status == "queued" and not through_service else status


def form_of(status: str, message: UUID, detail: Mapping[str, Any] | None, target: CallbackTarget) -> Form:
    """The parameters, sorted by name as the signature wants them."""
    sid = target.sid
    form = [("AccountSid", f"AC{target.account.hex}"), ("ApiVersion", "2010-04-01")]
    code = detail.get("code") if detail and status in _ENDED_BADLY else None
    if code is not None:
        form.append(("ErrorCode", str(code)))
        known = CODES.get(code)
        if known is not None:
            form.append(("ErrorMessage", known.text))
    form += (("From", target.sender or ""), ("MessageSid", sid), ("MessageStatus", status))
    if target.service is not None:
        form.append(("MessagingServiceSid", f"MG{target.service.hex}"))
    done_date = detail.get("done_date") if detail and status in _FROM_CARRIER else None
    if done_date:
        form.append(("RawDlrDoneDate", str(done_date)))
    form += (("SmsSid", sid), ("SmsStatus", status), ("To", target.recipient))
    return form


def with_fallback(form: Form, *, code: int, url: str) -> Form:
    """The form for the fallback URL: it is told which URL failed, and why unless the message itself has a code."""
    added = dict(form)
    added.setdefault("ErrorCode", str(code))
    added["ErrorUrl"] = url
    return sorted(added.items())


def encode(form: Form) -> bytes:
    """The form as it is sent; the names need no escaping, and mostly nor do the values but for a plus sign."""
    if _PLAIN("".join([value for _, value in form])):
        return "&".join([f"{name}={value}" for name, value in form]).replace("+", "%2B").encode("ascii")
    return "&".join([f"{name}={quote_plus(value)}" for name, value in form]).encode("ascii")


def idempotency_token(bucket: int, xid: int, seq: int, redirects: int = 0) -> str:
    """The I-Twilio-Idempotency-Token of the callback about a fact: a UUID that is the same after any restart.

    Where an answer leads on to another URL, that is asked under a token of its own."""
    name = b"%d.%d.%d" % (bucket, xid, seq) + (b".%d" % redirects if redirects else b"")
    digest = blake2b(name, digest_size=16, person=b"tidings-callback").hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"
