"""The simulated carrier itself: what comes over SMPP meets the decisions of the pure files.

Nothing here awaits: every callback does its work and returns, so that arrivals are dated truly.
"""

import asyncio
import hmac
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from tidings.carriers.simulator import receipts
from tidings.carriers.simulator.agenda import Agenda
from tidings.carriers.simulator.allowance import Allowance, Verdict
from tidings.carriers.simulator.assembly import Assembled, Assembly
from tidings.carriers.simulator.behaviour import (
    NO_FAULTS,
    Visit,
    course_of,
    fate_of,
    usual_course,
)
from tidings.carriers.simulator.chance import Chance
from tidings.carriers.simulator.deliveries import Deliveries, DeliveryCounts
from tidings.carriers.simulator.faults import Drop, Fault, FaultsInForce, StopAnswering
from tidings.carriers.simulator.inbound import inbound_parts
from tidings.carriers.simulator.magic import Answering, Magic, Opener, magic_of
from tidings.carriers.simulator.part import Part
from tidings.carriers.simulator.personality import Personality
from tidings.carriers.simulator.received import ReceivedLog
from tidings.carriers.simulator.repartee import Repartee
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.address import from_wire
from tidings.carriers.smpp.pdu import Bind, DeliverSm, SubmitSm
from tidings.carriers.smpp.server import ServerSession, SmppServer
from tidings.carriers.smpp.text import Part as Place
from tidings.carriers.smpp.text import text_of, user_data
from tidings.kernel.segments import measure

MAX_AHEAD = 1_000_000
"""Receipts and answers that may wait for their time; beyond it they leave at once."""
MAX_THROTTLED_ONCE = 100_000
GIVE_UP_EVERY_SECONDS = 1.0
ONE_SEGMENT_OCTETS = 140
"""What surely fits one segment, in any alphabet (3GPP TS 23.040)."""

Thing = TypeVar("Thing")

_DESTINATION = re.compile(r"\+?[0-9]{1,20}")


@dataclass(slots=True)
class Counts:
    """What has happened since the start. A submit is a PDU; a part one that was accepted."""

    submits: int = 0
    parts: int = 0
    messages: int = 0
    throttled: int = 0
    rejected: int = 0
    binds: int = 0
    binds_refused: int = 0
    receipts_lost: int = 0
    receipts: DeliveryCounts = field(default_factory=DeliveryCounts)
    inbound: DeliveryCounts = field(default_factory=DeliveryCounts)


class Smsc:
    """One carrier for one client (`system_id`, `password`). Times: `clock` in epoch seconds.

    `seed` decides every draw; `first_message_id` has to be above those of earlier lives, because a client
    may still know them. `visit(text, opener)` opens the links of a text.
    """

    def __init__(
        self,
        *,
        system_id: str,
        password: str,
        personality: Personality,
        seed: int,
        first_message_id: int,
        visit: Callable[[str, Opener], None],
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.counts = Counts()
        self.log = ReceivedLog()
        self.faults = FaultsInForce()
        self.personality = personality
        self._system_id = system_id.encode()
        self._password = password.encode()
        self._next_id = first_message_id
        self._visit = visit
        self._loop = loop
        self._clock = clock
        self.seed = seed
        self._chance = Chance(seed)
        self._allowance = Allowance()
        self._assembly = Assembly()
        self._reference = 0
        self._throttled_once: dict[int, None] = {}
        self._repartee = Repartee()
        self._agenda = Agenda(loop)
        self._housekeeping: asyncio.TimerHandle | None = None
        self.server = SmppServer(
            on_bind=self._on_bind,
            on_submit=self._on_submit,
            system_id="simulator",
            response_timeout=personality.repeat_seconds,
        )
        self.deliveries = Deliveries(
            sessions=self.server.sessions,
            window=lambda: 0 if self.server.silent else self.personality.receipt_window,
            repeat_seconds=lambda: self.personality.repeat_seconds,
            later=self._later,
            loop=loop,
        )
        self._usual_course = usual_course(personality, self.faults.receipts)

    async def open(self, host: str, port: int) -> int:
        """Listen; returns the port."""
        bound_to = await self.server.listen(host, port)
        self._housekeeping = self._loop.call_later(GIVE_UP_EVERY_SECONDS, self._give_up_partial)
        return bound_to

    async def close(self) -> None:
        """Drop everybody and forget what was due."""
        await self.server.close()
        if self._housekeeping is not None:
            self._housekeeping.cancel()
        self._agenda.close()
        self.deliveries.clear()

    def take_on(self, personality: Personality) -> None:
        """Behave so from now on; meters start anew. `repeat_seconds` holds for connections made later."""
        self.personality = personality
        self.server.response_timeout = personality.repeat_seconds
        self._usual_course = usual_course(personality, self.faults.receipts)
        self._allowance.forget()

    def order(self, fault: Fault) -> None:
        """Put a fault in force."""
        now = self._loop.time()
        self.faults.order(fault, now=now)
        self.server.silent = self.faults.silent(now)
        self._usual_course = usual_course(self.personality, self.faults.receipts)
        if isinstance(fault, StopAnswering):
            self._agenda.add(now + fault.seconds, self._speak_again, None)
        if isinstance(fault, Drop):
            for session in list(self.server.sessions):
                session.drop()
        self.deliveries.pump_soon()

    def receive_from_phone(
        self, *, source: str, destination: str, text: str, order: Sequence[int] | None = None
    ) -> int:
        """Hand a person's message to the client, in parts when it is long. Returns the number of parts.

        `order` names the parts, counted from 1, as they are to come; those that it does not name come after."""
        self._reference = self._reference % 255 + 1
        parts = inbound_parts(source=source, destination=destination, text=text, reference=self._reference)
        if order is not None:
            named = [number for number in dict.fromkeys(order) if 0 < number <= len(parts)]
            rest = [number for number in range(1, len(parts) + 1) if number not in named]
            parts = [parts[number - 1] for number in [*named, *rest]]
        for part in parts:
            self.deliveries.add(partial(_as_is, part), self.counts.inbound)
        return len(parts)

    def current_faults(self) -> dict[str, Any]:
        """The faults in force."""
        return self.faults.describe(self._loop.time())

    def waiting(self) -> dict[str, int]:
        """What is still to come: due later, queued for a session, unanswered, incomplete messages."""
        return {
            "due_later": len(self._agenda),
            "queued": len(self.deliveries),
            "unanswered": self.deliveries.unanswered,
            "incomplete_messages": len(self._assembly),
        }

    def _on_bind(self, _session: ServerSession, bind: Bind) -> int:
        status = self._bind_status(bind)
        if status == wire.ESME_ROK:
            self.counts.binds += 1
            self._loop.call_soon(self.deliveries.pump_soon)
        else:
            self.counts.binds_refused += 1
        return status

    def _bind_status(self, bind: Bind) -> int:
        if self.faults.binds_refused(self._loop.time()):
            return wire.ESME_RBINDFAIL
        known = hmac.compare_digest(bind.system_id.encode(), self._system_id)
        right = hmac.compare_digest(bind.password.encode(), self._password)
        if not known:
            return wire.ESME_RINVSYSID
        return wire.ESME_ROK if right else wire.ESME_RINVPASWD

    def _on_submit(self, session: ServerSession, submit: SubmitSm) -> None:
        counts, personality = self.counts, self.personality
        counts.submits += 1
        octets, place = user_data(submit)
        magic = magic_of(submit.destination)
        status = self._refusal(submit, octets, magic)
        if status == wire.ESME_ROK and personality.meters:
            status = self._metered(submit, octets, place, at=session.arrived_at)
        if status != wire.ESME_ROK:
            if status == wire.ESME_RTHROTTLED:
                counts.throttled += 1
            else:
                counts.rejected += 1
            self._answer_late_or_now(session, submit, status=status)
            return
        counts.parts += 1
        self._next_id += 1
        message_id = str(self._next_id)
        course = self._usual_course
        if course is None or magic is not None:
            faults = self.faults.receipts
            course = course_of(
                submit.destination, octets, personality=personality, chance=self._chance, faults=faults
            )
        part = Part(
            message_id,
            submit.source,
            submit.destination,
            (submit.source_ton, submit.source_npi, submit.destination_ton, submit.destination_npi),
            octets,
            submit.data_coding,
            submit.registered_delivery,
            session.arrived_at,
            self._loop.time(),
            course,
        )
        if course.answer_seconds:
            answer = partial(session.answer, submit, message_id=message_id)
            self._later(course.answer_seconds, _call, answer)
        else:
            session.answer(submit, message_id=message_id)
        if place is None:
            self._settle([part], (part,), _segments_of(octets, submit.data_coding))
            return
        whole = self._assembly.add(part, place, now=part.began)
        if whole is not None:
            self._settle_assembled(whole)

    def _refusal(self, submit: SubmitSm, octets: bytes, magic: Magic | None) -> int:
        """The status that forbids a submit before any meter is asked; ESME_ROK when none does."""
        if self.faults.take_throttle():
            return wire.ESME_RTHROTTLED
        if not _DESTINATION.fullmatch(submit.destination):
            return wire.ESME_RINVDSTADR
        if not submit.source or not self.personality.takes(submit.source, submit.destination):
            return wire.ESME_RINVSRCADR
        if magic is None or magic.answering is Answering.ACCEPT:
            return wire.ESME_ROK
        if magic.answering is Answering.BAD_DESTINATION:
            return wire.ESME_RINVDSTADR
        mark = hash((submit.source, submit.destination, octets))
        if mark in self._throttled_once:
            del self._throttled_once[mark]
            return wire.ESME_ROK
        if len(self._throttled_once) >= MAX_THROTTLED_ONCE:
            del self._throttled_once[next(iter(self._throttled_once))]
        self._throttled_once[mark] = None
        return wire.ESME_RTHROTTLED

    def _metered(self, submit: SubmitSm, octets: bytes, place: Place | None, *, at: float) -> int:
        """The status by the sender's limits.

        A long message is metered whole with its first part; the parts that follow belong to it.
        """
        if place is not None and self._assembly.awaits(submit.source, submit.destination, place):
            return wire.ESME_ROK
        verdict = self._allowance.spend(
            submit.source,
            segments=place.total if place else _segments_of(octets, submit.data_coding),
            limits=self.personality.limits_of(submit.source),
            burst=self.personality.mps_burst,
            now=at,
        )
        return wire.ESME_ROK if verdict is Verdict.ALLOWED else wire.ESME_RTHROTTLED

    def _answer_late_or_now(self, session: ServerSession, submit: SubmitSm, *, status: int) -> None:
        seconds = self.faults.receipts.late_seconds if self.faults.receipts is not NO_FAULTS else 0.0
        if seconds:
            self._later(seconds, _call, partial(session.answer, submit, status=status))
        else:
            session.answer(submit, status=status)

    def _settle_assembled(self, message: Assembled) -> None:
        parts = message.in_order()
        everything = (*parts, *message.repeated)
        self._settle(parts, everything, len(parts), missing=message.missing)

    def _settle(
        self,
        parts: list[Part],
        receipted: tuple[Part, ...],
        segments: int,
        *,
        missing: int = 0,
    ) -> None:
        """Log a message whose parts are all here, and put on the agenda what follows from it."""
        first = parts[0]
        text = _joined(parts)
        self.counts.messages += 1
        self.log.add(
            at=first.arrived_at if len(parts) == 1 else min(part.arrived_at for part in receipted),
            source=from_wire(first.kinds[0], first.source),
            destination=from_wire(first.kinds[2], first.destination),
            text=text,
            parts=segments,
            message_id=first.message_id,
            missing=missing,
        )
        fate = fate_of(
            first.source, first.destination, text, personality=self.personality, chance=self._chance
        )
        delivered_at = 0.0
        for part in receipted:
            part.code = fate.code
            delivered_at = max(delivered_at, part.began + part.course.delivered_seconds)
            self._plan_receipts(part)
        if fate.reply is not None and self._repartee.may_answer(
            first.destination, first.source, now=first.began
        ):
            deed = partial(
                self.receive_from_phone,
                source=from_wire(first.kinds[2], first.destination),
                destination=from_wire(first.kinds[0], first.source),
                text=fate.reply.text,
            )
            self._at(delivered_at + fate.reply.after_seconds, _call, deed)
        if fate.visit is not None:
            self._plan_visit(text, fate.visit, delivered_at)

    def _plan_visit(self, text: str, visit: Visit, delivered_at: float) -> None:
        self._at(delivered_at + visit.after_seconds, _call, partial(self._visit, text, visit.opener))

    def _plan_receipts(self, part: Part) -> None:
        if not receipts.is_asked(part.registered, delivered=part.code is None):
            return
        times = part.course.receipt_seconds
        if not times:
            self.counts.receipts_lost += 1
        for seconds in times:
            self._at(part.began + seconds, self._send_receipt, part)

    def _send_receipt(self, part: Part) -> None:
        write = partial(
            receipts.write_receipt, part, done_at=self._clock(), form=self.personality.receipt_form
        )
        self.deliveries.add(write, self.counts.receipts)

    def _give_up_partial(self) -> None:
        for message in self._assembly.give_up(now=self._loop.time()):
            self._settle_assembled(message)
        self._housekeeping = self._loop.call_later(GIVE_UP_EVERY_SECONDS, self._give_up_partial)

    def _speak_again(self, _nothing: None) -> None:
        self.server.silent = self.faults.silent(self._loop.time())
        self.deliveries.pump_soon()

    def _later(self, seconds: float, deed: Callable[[Thing], None], thing: Thing) -> None:
        self._at(self._loop.time() + seconds, deed, thing)

    def _at(self, due: float, deed: Callable[[Thing], None], thing: Thing) -> None:
        full = len(self._agenda) >= MAX_AHEAD
        self._agenda.add(self._loop.time() if full else due, deed, thing)


def _call(deed: Callable[[], object]) -> None:
    deed()


def _as_is(pdu: DeliverSm) -> DeliverSm:
    return pdu


def _segments_of(octets: bytes, data_coding: int) -> int:
    """How many segments go over the air for one submit_sm; more than one when it is a long payload."""
    if len(octets) <= ONE_SEGMENT_OCTETS:
        return 1
    return measure(text_of(octets, data_coding)).segments


def _joined(parts: list[Part]) -> str:
    """The text of the parts. Octets are joined first: a character may lie across two parts."""
    coding = parts[0].data_coding
    if len(parts) == 1:
        return text_of(parts[0].octets, coding)
    if all(part.data_coding == coding for part in parts):
        return text_of(b"".join(part.octets for part in parts), coding)
    return "".join(text_of(part.octets, part.data_coding) for part in parts)
