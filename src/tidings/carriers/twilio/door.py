"""What Twilio tells us of messages that it carries for us: status callbacks, and messages from people."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from tidings.carriers.connector import Inbound, Receipt, ReceiptState
from tidings.carriers.door import Finding, Forged, Heard, Knock, Reply, Unreadable
from tidings.carriers.http.proofs import TwilioSignature
from tidings.carriers.http.words import storable
from tidings.carriers.twilio.settings import TwilioSettings
from tidings.kernel.codes import CODES, UNKNOWN_ERROR

STATES: Mapping[str, ReceiptState] = {
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.DELIVERED,  # whoever has read it, has it
    "undelivered": ReceiptState.UNDELIVERED,
    "failed": ReceiptState.UNDELIVERED,
    "canceled": ReceiptState.UNDELIVERED,
}
"""Every other status says that it is on its way."""

NO_ANSWER = Reply(200, b'<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml")
"""TwiML that sends nothing back: replies go out by the road that all messages go."""
MOST_SEGMENTS = 255
LONGEST_SID = 64


class TwilioDoor:
    """Implements `tidings.carriers.door.Door`."""

    def __init__(self, name: str, settings: TwilioSettings) -> None:
        self._name = name
        self._proof = TwilioSignature(settings.auth_token)
        self.public_url: str | None = settings.public_url

    def receipts(self, knock: Knock, *, now: datetime) -> Finding:
        form = self._form(knock, now)
        if not isinstance(form, dict):
            return form
        sid, status = form.get("MessageSid") or form.get("SmsSid"), form.get("MessageStatus")
        if not sid or len(sid) > LONGEST_SID or not status:
            return Heard(Reply(204), passed_over=1)
        state = STATES.get(status, ReceiptState.PENDING)
        code = _code(form.get("ErrorCode", "")) if state is ReceiptState.UNDELIVERED else None
        receipt = Receipt(self._name, sid, state, code, now, form.get("RawDlrDoneDate") or None)
        return Heard(Reply(204), receipts=(receipt,))

    def inbound(self, knock: Knock, *, now: datetime) -> Finding:
        form = self._form(knock, now)
        if not isinstance(form, dict):
            return form
        source, destination = form.get("From"), form.get("To")
        sid = form.get("MessageSid", "")
        if not source or not destination or not 0 < len(sid) <= LONGEST_SID:
            return Heard(NO_ANSWER, passed_over=1)
        segments = form.get("NumSegments", "")
        message = Inbound(
            self._name,
            source,
            destination,
            form.get("Body", ""),
            now,
            min(MOST_SEGMENTS, max(1, int(segments))) if segments.isdecimal() else 1,
            provider_id=sid,
        )
        return Heard(NO_ANSWER, inbound=(message,))

    def _form(self, knock: Knock, now: datetime) -> dict[str, str] | Forged | Unreadable:
        reason = self._proof.verify(knock, now=now.timestamp())
        if reason is not None:
            return Forged(reason)
        try:
            encoded = knock.body if knock.method == "POST" else knock.query
            pairs = parse_qsl(encoded.decode(), keep_blank_values=True, errors="strict")
            return {name: storable(value) for name, value in pairs}
        except ValueError:
            return Unreadable("its form cannot be read")


def _code(text: str) -> int:
    known = text.isdecimal() and int(text) in CODES
    return int(text) if known else UNKNOWN_ERROR.number
