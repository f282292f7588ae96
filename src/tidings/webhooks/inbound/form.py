"""What the webhook of an inbound message says, in Twilio's names. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tidings.webhooks.inbound.place import place_of
from tidings.webhooks.signature import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tidings.messages import Incoming

RECEIVED = "received"
"""The SmsStatus of a message from a person, and how the log names its webhook."""


def form_of_incoming(message: Incoming, detail: Mapping[str, Any] | None) -> Form:
    """The parameters, sorted by name as the signature wants them. Where a number comes from is empty if unknown."""
    sid = message.sid
    theirs, ours = place_of(message.sender), place_of(message.recipient)
    form = [
        ("AccountSid", f"AC{message.account.hex}"),
        ("ApiVersion", "2010-04-01"),
        ("Body", message.body),
        ("From", message.sender),
        ("FromCity", theirs.city),
        ("FromCountry", theirs.country),
        ("FromState", theirs.state),
        ("FromZip", theirs.postal_code),
        ("MessageSid", sid),
        ("NumMedia", "0"),
        ("NumSegments", str(message.segments)),
        ("SmsMessageSid", sid),
        ("SmsSid", sid),
        ("SmsStatus", RECEIVED),
        ("To", message.recipient),
        ("ToCity", ours.city),
        ("ToCountry", ours.country),
        ("ToState", ours.state),
        ("ToZip", ours.postal_code),
    ]
    if message.service is not None:
        form.append(("MessagingServiceSid", f"MG{message.service.hex}"))
    word = (detail or {}).get("opt_out_type")
    if word:
        form.append(("OptOutType", word))
    return sorted(form)
