"""Structured logs: a sentence and its fields, as JSON or for a terminal, without people's texts and numbers.

Lines of libraries that use the standard `logging` come out in the same form, redacted alike.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import msgspec
import structlog

# The names under which bodies, numbers of people and secrets travel; a field with such a name is never
# written out.
BODIES = frozenset({"body", "text", "message_text", "short_message", "payload", "form"})
NUMBERS = frozenset({"to", "from", "from_", "recipient", "destination", "phone", "number", "msisdn"})
SECRETS = frozenset(
    {"token", "auth_token", "secret", "password", "authorization", "signature", "key", "sealed", "code_sent"}
)

_NUMBER = re.compile(r"\+\d{5,13}(\d{2})(?!\d)")
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
Event = MutableMapping[str, Any]


def configure(*, level: str, json: bool, stream: TextIO | None = None, role: str = "") -> None:
    """Sets up the log of this process. `level` is debug, info, warning or error; `role` goes into every
    line.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    if role:
        shared.append(_Role(role))
    shared.append(redact)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(serializer=_to_json)
        if json
        else structlog.dev.ConsoleRenderer(colors=(stream or sys.stderr).isatty())
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for noisy in ("asyncio", "aiohttp.access", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


class _Role:
    """Puts the process's role into each line."""

    def __init__(self, role: str) -> None:
        self._role = role

    def __call__(self, _logger: object, _method: str, event: Event) -> Event:
        event.setdefault("role", self._role)
        return event


def redact(_logger: object, _method: str, event: Event) -> Event:
    """Keeps bodies, people's numbers and secrets out of a line: by the field's name, and numbers wherever
    they are.
    """
    for name, value in event.items():
        event[name] = _redacted(name, value)
    return event


def _redacted(name: str, value: Any) -> Any:
    if name in BODIES and value is not None:
        return f"<{len(value)} characters>" if isinstance(value, (str, bytes)) else "<left out>"
    if name in SECRETS and value is not None:
        return "<secret>"
    if isinstance(value, str):
        if name in NUMBERS:
            return f"...{value[-2:]}"
        return _CREDENTIALS.sub("<secret>@", _NUMBER.sub(r"+...\1", value))
    if isinstance(value, dict):
        return {key: _redacted(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redacted(name, inner) for inner in value]
    if isinstance(value, (int, float, bool)) or value is None or name.startswith("_"):
        return value
    return _redacted(name, str(value))


def _to_json(event: Event, **_: Any) -> str:
    return msgspec.json.encode(event).decode()
