"""Small carrier files for tests, and what fills them."""

from typing import Any
from uuid import UUID

import yaml

from tidings.carriers.connector import Handover
from tidings.kernel.segments import measure

PLAIN: dict[str, Any] = {
    "carrier": "Plain",
    "settings": {
        "key": {"help": "API key", "secret": True},
        "api_url": {"default": "https://api.example.net"},
    },
    "calls": {"window": 4, "timeout_seconds": 2, "retry_first_seconds": 0.05, "retry_most_seconds": 0.1},
    "request": {
        "url": "{settings.api_url}/messages",
        "headers": {"Authorization": "Bearer {settings.key}"},
        "json": {"from": "{from}", "to": "{to}", "text": "{text}"},
    },
    "answer": {
        "id": "id",
        "error": "code",
        "reason": "message",
        "errors": {"stopped": 21610, "busy": 30008, "slow": "throttled"},
    },
    "receipts": {
        "signature": {"scheme": "hmac-sha256", "header": "X-Signature", "secret": "{settings.key}"},
        "id": "id",
        "state": "state",
        "states": {"delivered": "delivered", "failed": "undelivered", "sent": "pending"},
        "error": "code",
        "errors": {"gone": 30005},
    },
    "inbound": {
        "signature": {"scheme": "hmac-sha256", "header": "X-Signature", "secret": "{settings.key}"},
        "id": "id",
        "from": "from",
        "to": "to",
        "text": "text",
    },
}


def text_of(file: dict[str, Any]) -> str:
    return yaml.safe_dump(file, sort_keys=False, allow_unicode=True)


def changed(path: str, value: Any, file: dict[str, Any] = PLAIN) -> dict[str, Any]:
    """The file with another value at a path such as request.url; None takes the field away."""
    name, _, rest = path.partition(".")
    new = dict(file)
    if rest:
        new[name] = changed(rest, value, dict(file.get(name) or {}))
    elif value is None:
        new.pop(name, None)
    else:
        new[name] = value
    return new


def letter(
    text: str = "Your table is ready.", *, to: str = "+14155552671", source: str = "+14155550100", id: int = 1
) -> Handover:
    measured = measure(text)
    return Handover(
        id=UUID(int=id),
        bucket=1,
        source=source,
        destination=to,
        text=text,
        encoding=measured.encoding,
        segments=measured.segments,
        expires_at=1_000_000_000.0,
    )
