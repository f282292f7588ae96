"""`PhoneNumber` of a list request: part of a number, `*` for any digit. Pure."""

import re

from tidings.kernel.outcomes import Refused
from tidings.web.api.forms import invalid

_PARTIAL = re.compile(r"\+?[0-9*]{1,16}", re.ASCII)


def like(text: str | None) -> str | Refused | None:
    """The pattern for PostgreSQL's `like`; a plus sign in front binds it to the beginning."""
    if text is None:
        return None
    if _PARTIAL.fullmatch(text) is None:
        return invalid("PhoneNumber", "may hold digits, * for any digit, and a plus sign in front")
    body = text.replace("*", "_")
    return f"{body}%" if text.startswith("+") else f"%{body}%"
