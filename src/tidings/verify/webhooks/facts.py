"""The kind of fact that this slice writes; docs/reference/facts.md is written from it. The subject is the id of the
verification, the factor or the challenge."""

from collections.abc import Mapping

EVENT = "verify.event"

WRITES: Mapping[str, str] = {
    EVENT: "Something happened at a verify service of which one of its webhooks is to be told.",
}
"""Each kind with what happened."""

DETAIL: Mapping[str, Mapping[str, str]] = {
    EVENT: {
        "event": "its type, such as `factor.verified`",
        "url": "the webhook's address",
        "fields": "what is told",
    },
}
"""What `detail` holds."""
