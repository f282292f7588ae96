"""What Tidings asks of a carrier, whatever the carrier speaks.

A connector takes whole messages, splits them itself, and answers each hand-over exactly once with one
of five outcomes. The difference between `Unreachable` and `Unknown` is the one that keeps the promise
of never sending twice: the first surely never left this process, the second may have.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum
from typing import Protocol
from uuid import UUID

import msgspec

from tidings.kernel.phone_number import country_of
from tidings.kernel.segments import Encoding


class MessageClass(IntEnum):
    """What a message is for. The values are the priorities of lanes."""

    OTP = 0
    TRANSACTIONAL = 1
    MARKETING = 2


class Handover(msgspec.Struct, frozen=True):
    """One message for a carrier. `expires_at` is in epoch seconds.

    `resend`: what is in doubt may be sent again. `sender_carrier` names the carrier that the sender is bound to,
    None when any may carry it. `network` is the recipient's, None while it is unknown.
    """

    id: UUID
    bucket: int
    source: str
    destination: str
    text: str
    encoding: Encoding
    segments: int
    expires_at: float
    message_class: MessageClass = MessageClass.TRANSACTIONAL
    resend: bool = False
    sender_carrier: str | None = None
    network: str | None = None

    @property
    def country(self) -> str:
        """The destination's ISO 3166 code; "" when the number belongs to none."""
        return country_of(self.destination)


class Taken(msgspec.Struct, frozen=True):
    """The carrier has it. One id per part on the wire, in order; a single one for a whole payload.

    `carrier` names the connector that took it: its receipts will name the same.
    """

    provider_ids: tuple[str, ...]
    carrier: str


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too fast: nothing of the message was taken; try again after `wait` seconds."""

    wait: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """The carrier refused it. `code` is Twilio's; `lasting` says that trying again would not help."""

    code: int
    lasting: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """It surely never left us: the message may go back to the queue."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have left us, and nobody answered: the message's class decides what follows."""

    reason: str


Outcome = Taken | Throttled | Rejected | Unreachable | Unknown


class ReceiptState(Enum):
    """What a carrier says became of a part."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    PENDING = "pending"


class Receipt(msgspec.Struct, frozen=True):
    """A carrier's report on one part.

    `code` is Twilio's error code, None unless undelivered. `done_date` is the carrier's own, unread.
    """

    carrier: str
    provider_id: str
    state: ReceiptState
    code: int | None
    at: datetime
    done_date: str | None


@dataclass(frozen=True, slots=True)
class InboundSession:
    """A connection by which a carrier brings messages. What we have not acknowledged when it ends, the carrier sends
    again by another. `since` is when the first message came by it."""

    id: UUID
    since: datetime


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message from a person. `parts` is how many it arrived in.

    `provider_id` is the carrier's own id of it, where it gives one: the same message delivered twice is kept once.
    Where it gives none, `session` is how it came: what is like a message of another session, of which the carrier may
    not know that we have it, is that one again.
    """

    carrier: str
    source: str
    destination: str
    text: str
    at: datetime
    parts: int
    provider_id: str | None = None
    session: InboundSession | None = None


OnReceipts = Callable[[list[Receipt]], Awaitable[None]]
OnInbound = Callable[[list[Inbound]], Awaitable[None]]
OnRead = Callable[[Mapping[UUID, datetime]], Awaitable[None]]
"""Sessions, each with the time until which the carrier knows that we have what came by it: none of that comes again."""
OnRoom = Callable[[], None]


class Connector(Protocol):
    """A carrier as the dispatcher sees it; all calls come from the event loop's thread.

    `OnReceipts` and `OnInbound` are handed in at construction: what the carrier sent is acknowledged
    only after the awaitable has returned, so that what was not stored is sent again.
    `OnRoom` is called whenever room appears after there was none.
    """

    name: str

    @property
    def room(self) -> int:
        """How many more parts it would take now without queueing; 0 when not bound."""
        ...

    def hand_over(self, message: Handover, done: Callable[[Handover, Outcome], None]) -> None:
        """Never blocks and never raises; calls `done` exactly once, perhaps before it returns."""
        ...

    def flush(self) -> None:
        """Put what was handed over on the wire now; without it, that happens at the end of the loop's turn."""
        ...

    async def open(self) -> None:
        """Starts connecting and keeps trying in the background until `close`."""
        ...

    async def close(self) -> None:
        """Takes nothing more, waits for answers in flight (bounded), and disconnects."""
        ...
