"""A message as the 2010-04-01 API shows it. Pure."""

from functools import lru_cache
from typing import Any

from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant, rfc2822
from tidings.messages.message import Message
from tidings.messages.states import State

API_VERSION = "2010-04-01"
UNSEGMENTED = frozenset({State.SCHEDULED, State.ACCEPTED})
"""States in which the sender is not chosen yet, and so the number of segments is shown as 0."""


def message_view(message: Message, *, created: bool = False) -> dict[str, Any]:
    """The fields in Twilio's form. The answer to a create request names no feedback resource."""
    account_sid = f"AC{message.account.hex}"
    sid = f"SM{message.id.hex}"
    path = f"/2010-04-01/Accounts/{account_sid}/Messages/{sid}"
    code = message.error_code
    created_at = wire_date(message.created_at)
    subresources = {"media": f"{path}/Media.json"}
    if not created:
        subresources["feedback"] = f"{path}/Feedback.json"
    view: dict[str, Any] = {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": created_at,
        "date_sent": None if message.sent_at is None else wire_date(message.sent_at),
        "date_updated": created_at if created else wire_date(message.updated_at),
        "direction": message.direction,
        "error_code": code,
        "error_message": error_message(code),
        "from": message.sender,
        "messaging_service_sid": None if message.service is None else f"MG{message.service.hex}",
        "num_media": "0",
        "num_segments": "0" if message.state in UNSEGMENTED else str(message.segments),
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": message.state.value,
        "subresource_uris": subresources,
        "to": message.recipient,
        "uri": f"{path}.json",
    }
    if message.tags is not None:
        view["tags"] = message.tags
    return view


def error_message(code: int | None) -> str | None:
    """The catalogue's text; a code that it does not have (a carrier's own) goes without."""
    known = CODES.get(code) if code is not None else None
    return None if known is None else known.text


def wire_date(instant: Instant) -> str:
    return _of_second(instant.replace(microsecond=0))


@lru_cache(maxsize=4096)
def _of_second(instant: Instant) -> str:
    return rfc2822(instant)
