"""What a form says of a webhook. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tidings.kernel.callback_url import is_callback_url
from tidings.kernel.outcomes import Refused
from tidings.verify.settings import invalid
from tidings.verify.webhooks.event import EVENT_TYPES, EVERY
from tidings.web.api.request import Form, last

LONGEST_NAME = 64
VERSIONS = ("v1", "v2")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    friendly_name: str
    event_types: list[str]
    every: bool
    url: str
    enabled: bool = True
    version: str = "v2"


def wanted_of(form: Form, present: Mapping[str, Any] | None) -> Wanted | Refused:
    """`present` is the row that is changed; None for a new one, which needs a name, event types and an address."""
    name = last(form, "FriendlyName") or (present["friendly_name"] if present else "")
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        return invalid("FriendlyName", f"has 1 to {LONGEST_NAME} characters, in one line")
    types = [one.strip() for text in form.get("EventTypes", []) for one in text.split(",") if one.strip()]
    every = EVERY in types
    if not types and present:
        types, every = present["event_types"], present["every"]
    unknown = set(types) - {*EVENT_TYPES, EVERY}
    if not types or unknown:
        return invalid("EventTypes", f"are * or some of {', '.join(EVENT_TYPES)}")
    url = last(form, "WebhookUrl") or (present["url"] if present else "")
    if not is_callback_url(url):
        return invalid("WebhookUrl", "is an http:// or https:// address")
    status = last(form, "Status") or ("enabled" if present is None or present["enabled"] else "disabled")
    if status not in ("enabled", "disabled"):
        return invalid("Status", "is enabled or disabled")
    version = last(form, "Version") or (present["version"] if present else "v2")
    if version not in VERSIONS:
        return invalid("Version", f"is one of {', '.join(VERSIONS)}")
    return Wanted(
        friendly_name=name,
        event_types=sorted(EVENT_TYPES) if every else sorted(set(types)),
        every=every,
        url=url,
        enabled=status == "enabled",
        version=version,
    )
