"""One hand-over on its way: the answers to its parts become one outcome, told once.

A message counts as taken only when all its parts were. When its first part was refused, the carrier
has nothing to show a person, whatever became of the rest. A later part that was throttled is sent again
after a while: the carrier has the beginning, and only this part is too early. Everything in between is
unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from tidings.carriers.connector import (
    Handover,
    Outcome,
    Rejected,
    Taken,
    Throttled,
    Unknown,
    Unreachable,
)
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.client import Link
from tidings.carriers.smpp.pdu import Answer, SubmitSm
from tidings.carriers.smpp.receipt import IdForm, submitted_id
from tidings.carriers.smpp.statuses import refusal

log = structlog.get_logger(__name__)

Done = Callable[[Handover, Outcome], None]

PART_TRIES = 10
"""How often a part is sent at most; waits grow, so that takes minutes."""

THROTTLING = frozenset({wire.ESME_RTHROTTLED, wire.ESME_RMSGQFUL})


@dataclass(slots=True)
class OutcomeCounts:
    """How many hand-overs ended in which way, since the start."""

    taken: int = 0
    throttled: int = 0
    rejected: int = 0
    unreachable: int = 0
    unknown: int = 0

    def tell(self, message: Handover, outcome: Outcome, done: Done) -> None:
        """Count, and call `done`; never raises."""
        match outcome:
            case Taken():
                self.taken += 1
            case Throttled():
                self.throttled += 1
            case Rejected():
                self.rejected += 1
            case Unreachable():
                self.unreachable += 1
            case Unknown():
                self.unknown += 1
        try:
            done(message, outcome)
        except Exception:
            # A link serves everybody: one caller's fault must not end it, and must not pass unseen.
            log.exception("an outcome was not taken", message=str(message.id), outcome=type(outcome).__name__)


class Handing:
    """Gathers what becomes of the parts that go over `link`."""

    __slots__ = (
        "_carrier",
        "_counts",
        "_done",
        "_id_form",
        "_ids",
        "_left",
        "_link",
        "_message",
        "_told",
        "_trouble",
    )

    def __init__(
        self,
        message: Handover,
        done: Done,
        *,
        parts: int,
        carrier: str,
        link: Link,
        id_form: IdForm,
        counts: OutcomeCounts,
    ) -> None:
        self._message = message
        self._done = done
        self._carrier = carrier
        self._link = link
        self._id_form = id_form
        self._counts = counts
        self._ids = [""] * parts
        self._left = parts
        self._told = False
        self._trouble = ""

    def answered(self, reply: "PartReply", answer: Answer) -> None:
        """The carrier's answer to a part."""
        part = reply.part
        if answer.status == wire.ESME_ROK:
            self._link.accepted()
            self._ids[part] = submitted_id(self._id_form, answer.text)
        elif part == 0:
            self._tell(self._refused(answer.status))
        elif answer.status in THROTTLING and reply.tries < PART_TRIES and not self._told:
            reply.tries += 1
            self._link.submit_later(reply.pdu, reply, wait=self._link.throttled())
            return
        else:
            self._note(part, f"refused with status {answer.status:#x}")
        self._part_is_settled()

    def unanswered(self, part: int, reason: str) -> None:
        """A part that may have left."""
        self._note(part, reason)
        self._part_is_settled()

    def never_left(self, part: int, reason: str) -> None:
        """A part that surely has not left; nor then has any part after it."""
        if part == 0:
            self._tell(Unreachable(reason))
        self._note(part, reason)
        self._part_is_settled()

    def _refused(self, status: int) -> Outcome:
        if status in THROTTLING:
            return Throttled(self._link.throttled())
        if status == wire.ESME_RINVBNDSTS:
            self._link.rebind("the carrier says that we are not bound")
            return Unreachable("the carrier says that we are not bound")
        return refusal(status)

    def _note(self, part: int, reason: str) -> None:
        if not self._trouble:
            parts = len(self._ids)
            self._trouble = reason if parts == 1 else f"part {part + 1} of {parts}: {reason}"

    def _part_is_settled(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._tell(Unknown(self._trouble) if self._trouble else Taken(tuple(self._ids), self._carrier))

    def _tell(self, outcome: Outcome) -> None:
        if not self._told:
            self._told = True
            self._counts.tell(self._message, outcome, self._done)


class PartReply:
    """Who waits for the answer to one part, counted from 0: see `connection.Reply`."""

    __slots__ = ("_handing", "part", "pdu", "tries")

    def __init__(self, handing: Handing, part: int, pdu: SubmitSm) -> None:
        self._handing = handing
        self.part = part
        self.pdu = pdu
        self.tries = 1

    def answered(self, answer: Answer) -> None:
        """The carrier answered."""
        self._handing.answered(self, answer)

    def unanswered(self, reason: str) -> None:
        """The part may have left."""
        self._handing.unanswered(self.part, reason)

    def never_left(self, reason: str) -> None:
        """The part surely has not left."""
        self._handing.never_left(self.part, reason)
