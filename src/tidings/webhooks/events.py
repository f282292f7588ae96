"""Events that another slice wants told: it writes whom and in which words into the fact itself.

`verify.event` is one: a form POST, signed as every other. Its `detail` has `event` (what the log names it by), `url`
and `fields`.
"""

from __future__ import annotations

from collections.abc import Iterable

from tidings.kernel.sid import Sid
from tidings.runtime.outbox import Fact
from tidings.webhooks.delivery import Delivery
from tidings.webhooks.parcel import Parcel

KIND = "verify.event"
_PREFIXES = {"factor": "YF", "challenge": "YC", "verification": "VE"}
"""What the subject of an event is, by the first word of its type."""
TOLD = (
    "factor.created",
    "factor.verified",
    "factor.deleted",
    "challenge.approved",
    "challenge.denied",
    "verification.pending",
    "verification.approved",
    "verification.canceled",
    "verification.max_attempts_reached",
)
"""What the log names such callbacks by."""


def event_parcels(facts: Iterable[Fact]) -> list[Parcel]:
    """What is to be told of facts of one bucket."""
    return [
        Parcel(
            key=(fact.bucket, fact.xid, fact.seq),
            account=fact.account,
            message=fact.subject,
            status=fact.detail["event"],
            url=fact.detail["url"],
            form=sorted(fact.detail["fields"].items()),
        )
        for fact in facts
        if fact.kind == KIND and fact.detail is not None
    ]


def subject_prefix(status: str) -> str:
    """The prefix of the SID that a callback is about; a message's for those about messages."""
    return _PREFIXES.get(status.partition(".")[0], "SM")


class EventDelivery(Delivery):
    """About something else than a message."""

    __slots__ = ()

    @property
    def resource(self) -> Sid:
        return Sid(subject_prefix(self.status), self.message)
