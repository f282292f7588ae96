"""A rule that a person's first click sets going, as a value. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.segments import MAX_BODY

LONGEST_DELAY_SECONDS = 7 * 86_400
LARGEST_CAP = 10_000_000
MOST_TAGS = 10


class State(StrEnum):
    """What became of a message that a rule is to send."""

    WAITING = "waiting"
    SENDING = "sending"
    """Handed to be accepted; after a crash it is looked up whether it was."""
    SENT = "sent"
    REFUSED = "refused"
    """The gate, or whoever else has a say, did not accept it; `reason` says why."""
    CANCELED = "canceled"
    CAPPED = "capped"
    """The rule had sent as many as it may."""
    DOUBTED = "doubted"
    """When its time came the click was no longer taken for a person's."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`service` and `tags`: on which messages clicks count. `through`: the service that the new message goes through,
    that of the clicked one where None. `cap`: how many messages it may send in all; `fired` are those so far."""

    id: UUID
    account: UUID
    name: str
    service: UUID | None
    tags: Mapping[str, str]
    body: str
    through: UUID | None
    intent: str
    shorten_urls: bool
    delay_seconds: int
    cap: int
    fired: int
    created_at: Instant
    canceled_at: Instant | None


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """A message that a rule sends, or would have sent, because of a click on `message`."""

    id: UUID
    rule: UUID
    account: UUID
    recipient: str
    message: UUID
    service: UUID
    due: Instant
    state: State
    tried_at: Instant | None
    sent: UUID | None
    reason: str | None


def faults_of(rule: Rule) -> list[str]:
    """What is wrong with a rule that somebody wants, by field."""
    faults = []
    if not rule.name.strip() or len(rule.name) > 100:
        faults.append("name: must have 1 to 100 characters.")
    if not rule.body.strip() or len(rule.body) > MAX_BODY:
        faults.append(f"body: must have 1 to {MAX_BODY} characters.")
    if not 0 <= rule.delay_seconds <= LONGEST_DELAY_SECONDS:
        faults.append(f"delay_seconds: must be 0 to {LONGEST_DELAY_SECONDS}, seven days.")
    if not 1 <= rule.cap <= LARGEST_CAP:
        faults.append(f"cap: must be 1 to {LARGEST_CAP}.")
    if len(rule.tags) > MOST_TAGS:
        faults.append(f"tags: must be {MOST_TAGS} at most.")
    return faults
