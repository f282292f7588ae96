"""A carrier over SMPP: some binds, hand-overs spread over them, receipts and inbound texts taken in."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import structlog

from tidings.carriers.connector import (
    Handover,
    Inbound,
    OnInbound,
    OnRead,
    OnReceipts,
    OnRoom,
    Receipt,
    Rejected,
    Unreachable,
)
from tidings.carriers.smpp.address import from_wire
from tidings.carriers.smpp.client import Link
from tidings.carriers.smpp.connection import Connection
from tidings.carriers.smpp.handing import Done, Handing, OutcomeCounts, PartReply
from tidings.carriers.smpp.intake import Arrived, Intake
from tidings.carriers.smpp.joiner import Joiner, Whole
from tidings.carriers.smpp.pdu import DeliverSm
from tidings.carriers.smpp.read_back import ReadBack
from tidings.carriers.smpp.receipt import is_receipt, read_receipt, receipted_id
from tidings.carriers.smpp.settings import SmppSettings
from tidings.carriers.smpp.statuses import CANNOT_BE_SENT, verdict
from tidings.carriers.smpp.text import read, submits

log = structlog.get_logger(__name__)

_JOIN_SWEEP_SECONDS = 0.5
_READ_BACK_SECONDS = 0.25
"""How often a carrier that brings messages from people is asked whether it has read that we have them."""
_WINDOWS_WAITING = 4
"""So many windows may wait behind a full one before a hand-over is turned away."""


@dataclass(slots=True)
class Statistics:
    """For /metrics: counts since the start, and how things stand now (`wanted` binds, `bound` ones, `in_flight`)."""

    outcomes: OutcomeCounts
    receipts: int = 0
    receipts_without_id: int = 0
    inbound: int = 0
    binds: int = 0
    wanted: int = 0
    bound: int = 0
    in_flight: int = 0


class SmppConnector:
    """Implements `tidings.carriers.connector.Connector`.

    `clock` gives epoch seconds; `random` is for jitter and the first reference number alone.
    """

    def __init__(
        self,
        name: str,
        settings: SmppSettings,
        *,
        on_receipts: OnReceipts,
        on_inbound: OnInbound,
        on_room: OnRoom,
        on_read: OnRead | None = None,
        clock: Callable[[], float] = time.time,
        random: Random | None = None,
    ) -> None:
        self.name = name
        self._settings = settings
        self._clock = clock
        self._random = random or Random()  # noqa: S311  # no secret comes of it
        self._on_room = on_room
        self._receipts = Intake(on_receipts, what="receipts")
        self._inbound = Intake(on_inbound, what="inbound messages", acknowledged=self._acknowledged)
        self._on_read = on_read
        self._read_back = ReadBack()
        self._joiner: Joiner[Arrived] = Joiner()
        self._statistics = Statistics(OutcomeCounts())
        self._reference = self._random.randrange(256)
        self._links: list[Link] = []
        self._senders: list[Link] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._reading = True
        self._closing = False

    @property
    def room(self) -> int:
        """How many more parts it would take now without queueing; 0 when not bound."""
        return 0 if self._closing else sum(link.room for link in self._links)

    @property
    def statistics(self) -> Statistics:
        """The counts as they are now."""
        now = self._statistics
        now.wanted = len(self._links)
        now.binds = sum(link.binds for link in self._links)
        now.bound = sum(link.bound for link in self._links)
        now.in_flight = sum(link.in_flight for link in self._links)
        return now

    async def open(self) -> None:
        """Starts binding and keeps trying in the background. Raises OSError for a bad TLS file."""
        context = self._settings.tls_context()
        modes = [mode for _ in range(self._settings.binds) for mode in self._settings.mode.binds]
        for number, mode in enumerate(modes, 1):
            link = Link(
                self._settings,
                mode,
                name=f"{self.name}/{number}",
                ssl_context=context,
                random=self._random.random,
                on_deliver=self._deliver,
                on_room=self._room_appeared,
            )
            self._links.append(link)
            if link.sends:
                self._senders.append(link)
            self._tasks.append(asyncio.create_task(link.run(), name=f"smpp {link.name}"))
        for intake in (self._receipts, self._inbound):
            run = intake.run(after_each=self._mind_the_memory)
            self._tasks.append(asyncio.create_task(run, name=f"smpp {self.name} intake"))
        self._tasks.append(asyncio.create_task(self._sweep_joiner(), name=f"smpp {self.name} joiner"))
        self._tasks.append(
            asyncio.create_task(self._read_back_acknowledgements(), name=f"smpp {self.name} read")
        )

    async def close(self) -> None:
        """Takes nothing more, waits for answers in flight and for storing (bounded), unbinds."""
        self._closing = True
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._settings.close_timeout
        while self._busy() and loop.time() < give_up_at:  # noqa: ASYNC110  # three kinds of work
            await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                log.error("a task of the connector had failed", carrier=self.name, fault=repr(ended))
        self._tasks.clear()

    def hand_over(self, message: Handover, done: Done) -> None:
        """Never blocks and never raises; calls `done` exactly once, perhaps before it returns."""
        counts = self._statistics.outcomes
        link = self._idlest_link()
        if link is None:
            counts.tell(message, Unreachable("closing" if self._closing else "not bound"), done)
            return
        if link.load >= self._settings.window * (1 + _WINDOWS_WAITING):
            counts.tell(message, Unreachable("the window is full"), done)
            return
        if message.segments > 1:
            self._reference = (self._reference + 1) & 0xFF
        try:
            pdus = submits(
                message, long_text=self._settings.long_text, reference=self._reference, now=self._clock()
            )
        except ValueError as fault:
            counts.tell(message, Rejected(CANNOT_BE_SENT, True, f"SMPP cannot carry it: {fault}"), done)
            return
        handing = Handing(
            message,
            done,
            parts=len(pdus),
            carrier=self.name,
            link=link,
            id_form=self._settings.receipt_id_form,
            counts=counts,
        )
        for part, pdu in enumerate(pdus):
            link.submit(pdu, PartReply(handing, part, pdu))

    def flush(self) -> None:
        """Writes now what was handed over in this turn of the loop."""
        for link in self._links:
            link.flush()

    def _idlest_link(self) -> Link | None:
        idlest, least = None, -1
        for link in self._senders:
            load = link.load
            if load >= 0 and (idlest is None or load < least):
                idlest, least = link, load
        return None if self._closing else idlest

    def _busy(self) -> bool:
        return bool(
            self._receipts.held
            or self._inbound.held
            or any(link.in_flight for link in self._links)
            or (self._on_read is not None and self._read_back.asking)
        )

    def _room_appeared(self) -> None:
        if self._closing:
            return
        try:
            self._on_room()
        except Exception:
            # Called from within a link's reading: the caller's fault must not end the link.
            log.exception("room was not taken", carrier=self.name)

    def _deliver(self, connection: Connection, pdu: DeliverSm) -> None:
        arrived = Arrived(connection, pdu.sequence)
        at = datetime.fromtimestamp(self._clock(), UTC)
        if is_receipt(pdu):
            self._take_receipt(pdu, arrived, at)
        else:
            self._take_text(pdu, arrived, at)
        self._mind_the_memory()

    def _take_receipt(self, pdu: DeliverSm, arrived: Arrived, at: datetime) -> None:
        report = read_receipt(pdu)
        if not report.provider_id:
            self._statistics.receipts_without_id += 1
            log.warning("a receipt names no message and is dropped", carrier=self.name, stat=report.stat)
            arrived.acknowledge()
            return
        self._statistics.receipts += 1
        provider_id = receipted_id(self._settings.receipt_id_form, report.provider_id)
        state, code = verdict(report, self._settings.receipt_scheme)
        self._receipts.put(Receipt(self.name, provider_id, state, code, at, report.done_date), [arrived])

    def _take_text(self, pdu: DeliverSm, arrived: Arrived, at: datetime) -> None:
        text, part = read(pdu)
        source = from_wire(pdu.source_ton, pdu.source)
        destination = from_wire(pdu.destination_ton, pdu.destination)
        if part is None:
            self._pass_on(Whole(source, destination, text, 1, [arrived]), at, arrived.connection)
            return
        now = asyncio.get_running_loop().time()
        for whole in self._joiner.add(
            text, part, source=source, destination=destination, handle=arrived, now=now
        ):
            self._pass_on(whole, at, arrived.connection)

    def _pass_on(self, whole: Whole[Arrived], at: datetime, by: Connection | None) -> None:
        """`by` None: its parts were acknowledged long ago, and do not come again."""
        self._statistics.inbound += 1
        session = None if by is None else self._read_back.session(by, now=at)
        inbound = Inbound(
            self.name, whole.source, whole.destination, whole.text, at, whole.parts, session=session
        )
        self._inbound.put(inbound, whole.handles)

    def _acknowledged(self, batch: list[Inbound]) -> None:
        for session, at in {one.session: one.at for one in batch if one.session is not None}.items():
            self._read_back.acknowledged(session, at)

    async def _read_back_acknowledgements(self) -> None:
        """Finds out what the carrier will not send again, and tells."""
        while self._on_read is not None:
            await asyncio.sleep(_READ_BACK_SECONDS)
            self._read_back.ask()
            read = self._read_back.take()
            try:
                if read:
                    await self._on_read(read)
            except Exception:
                # It stays in doubt, which is forgotten in time, or with what is read back later.
                log.exception("what the carrier has read was not written down", carrier=self.name)

    async def _sweep_joiner(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_JOIN_SWEEP_SECONDS)
            for arrived in self._joiner.held_too_long(now=loop.time()):
                arrived.acknowledge()
            for whole in self._joiner.overdue(now=loop.time()):
                self._pass_on(whole, datetime.fromtimestamp(self._clock(), UTC), None)

    def _mind_the_memory(self) -> None:
        """Over the limit nothing more is read; at half of it reading begins again."""
        held = self._receipts.held + self._inbound.held
        if self._reading and held >= self._settings.receipts_held:
            self._reading = False
            for link in self._links:
                link.pause_reading()
        elif not self._reading and held <= self._settings.receipts_held // 2:
            self._reading = True
            for link in self._links:
                link.resume_reading()
