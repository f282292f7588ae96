"""A message that somebody asks us to send, parsed and measured, before it is accepted."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.lanes.allowance import Registered
from tidings.links.shorten import Minted
from tidings.senders.sender import Sender

LONGEST_VALIDITY_SECONDS = 36_000
"""Also that of whoever chooses none."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What the door made of a request; nothing in it needs parsing again.

    `sender` is None where the service shall choose one; then what else is said of the sender does not count
    (`sent_by` says it). `body` is final (smart encoding done), `segments` and `ucs2` are measured on it. `sender_mps`
    is the sender's throughput in segments per second, `sender_queue_limit_seconds` its own queue limit, None for the
    profile's. `priority`: 0 one-time codes and replies, 1 transactional, 2 marketing. `resend`: what to do when it is
    unknown whether the message left: send it again, or give it up. `flow` names the campaign among which a priority
    is shared fairly, "" for none. `direction` is outbound-api, or outbound-reply for an answer to an inbound message.
    `discard_body` and `obfuscate_to`: what is not to be kept once it is not needed. `confirms_opt_out`: it tells a
    person that they will get no more messages, the one message that they do get after saying so.
    `country` (the recipient's) and `sender_country` are ISO 3166 codes, "" where there is none. Without `mps_granted`
    the sender's MPS is only usual for its kind, and the tables decide by destination. `registered`: the 10DLC campaign
    of a US long code. `links` are the short ones in the text, on `link_domain`, and are kept with the message.
    A struct: one is made for each request, in a fifth of a frozen dataclass's time.
    """

    account: UUID
    sender: str | None
    sender_kind: str
    sender_mps: float
    sender_queue_limit_seconds: int | None
    recipient: str
    calling_code: str
    body: str
    ucs2: bool
    segments: int
    priority: int
    resend: bool
    validity_seconds: int
    flow: str = ""
    direction: str = "outbound-api"
    status_callback: str | None = None
    application: UUID | None = None
    service: UUID | None = None
    provide_feedback: bool = False
    intent: str | None = None
    tags: Mapping[str, str] | None = None
    send_at: Instant | None = None
    discard_body: bool = False
    obfuscate_to: bool = False
    confirms_opt_out: bool = False
    country: str = ""
    sender_country: str = ""
    mps_granted: bool = True
    registered: Registered | None = None
    whereabouts: Mapping[str, str] | None = None
    """What the caller knows of where the recipient is: `zone`, `postal_code`, `state`."""
    wanted_at: Instant | None = None
    """Since when it is wanted; None for now."""
    links: tuple[Minted, ...] = ()
    link_domain: UUID | None = None

    def sent_by(self, sender: Sender, registered: Registered | None = None) -> "Draft":
        """The same message from a sender."""
        return msgspec.structs.replace(
            self,
            sender=sender.address,
            sender_kind=sender.kind.value,
            sender_mps=sender.mps,
            sender_queue_limit_seconds=sender.queue_limit_seconds,
            sender_country=sender.country,
            mps_granted=sender.mps_granted,
            registered=registered,
        )
