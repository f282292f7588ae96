"""Faults that a tester orders: read from JSON, and kept while they are in force."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tidings.carriers.simulator.behaviour import NO_FAULTS, ReceiptFaults
from tidings.carriers.simulator.shown import shown

MAX_SECONDS = 86_400.0
MAX_COUNT = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Drop:
    """Close all connections at once."""


@dataclass(frozen=True, slots=True)
class RefuseBinds:
    """Answer every bind with ESME_RBINDFAIL for a time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StopAnswering:
    """Read, but take and answer nothing, enquire_link included, and send nothing, for a time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Throttle:
    """Answer the next `count` submits with ESME_RTHROTTLED."""

    count: int


@dataclass(frozen=True, slots=True)
class LoseReceipts:
    """Never send this share of the receipts of messages taken from now on."""

    share: float


@dataclass(frozen=True, slots=True)
class ReorderReceipts:
    """Hold each receipt back for a drawn time of up to `reorder_seconds`, so that they overtake."""


@dataclass(frozen=True, slots=True)
class DoubleReceipts:
    """Send every receipt twice."""


@dataclass(frozen=True, slots=True)
class Late:
    """Answer each submit so much later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Clear:
    """End all faults."""


Fault = (
    Drop
    | RefuseBinds
    | StopAnswering
    | Throttle
    | LoseReceipts
    | ReorderReceipts
    | DoubleReceipts
    | Late
    | Clear
)


@dataclass(frozen=True, slots=True)
class BadFault:
    """An order that was refused, and why."""

    why: str


KINDS: Mapping[str, tuple[Callable[..., Fault], str | None, float]] = {
    "drop": (Drop, None, 0.0),
    "refuse_binds": (RefuseBinds, "seconds", MAX_SECONDS),
    "stop_answering": (StopAnswering, "seconds", MAX_SECONDS),
    "throttle": (Throttle, "count", MAX_COUNT),
    "lose_receipts": (LoseReceipts, "share", 1.0),
    "reorder_receipts": (ReorderReceipts, None, 0.0),
    "double_receipts": (DoubleReceipts, None, 0.0),
    "late": (Late, "seconds", MAX_SECONDS),
    "clear": (Clear, None, 0.0),
}
"""Each kind with its one measure and the most it may be."""


def parse_fault(raw: object) -> Fault | BadFault:
    """A fault from its JSON: `{"kind": ...}` and at most one measure."""
    if not isinstance(raw, Mapping):
        return BadFault('a fault is an object, as {"kind": "drop"}')
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        return BadFault(f"kind: {shown(kind)} is not one of {', '.join(KINDS)}")
    make, measure, most = KINDS[kind]
    strange = set(raw) - {"kind", measure}
    if strange:
        return BadFault(f"{kind} has no {', '.join(sorted(map(shown, strange)))}")
    if measure is None:
        return make()
    value = raw.get(measure)
    wanted: type | tuple[type, ...] = int if measure == "count" else (int, float)
    if isinstance(value, bool) or not isinstance(value, wanted):
        return BadFault(f"{kind} needs {measure}, a {'whole number' if measure == 'count' else 'number'}")
    if not 0 <= value <= most:  # type: ignore[operator]  # a number by the line above
        return BadFault(f"{measure}: {value} is not between 0 and {most:g}")
    arguments: dict[str, Any] = {measure: value}
    return make(**arguments)


class FaultsInForce:
    """What has been ordered and not ended. Instants are seconds of one steady clock."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self.receipts: ReceiptFaults = NO_FAULTS
        self.throttles_left = 0
        self._binds_refused_until = 0.0
        self._silent_until = 0.0

    def order(self, fault: Fault, *, now: float) -> None:
        """Put a fault in force. Dropping connections is the caller's deed and leaves nothing behind."""
        match fault:
            case RefuseBinds(seconds):
                self._binds_refused_until = now + seconds
            case StopAnswering(seconds):
                self._silent_until = now + seconds
            case Throttle(count):
                self.throttles_left = count
            case LoseReceipts(share):
                self.receipts = replace(self.receipts, lost=share)
            case ReorderReceipts():
                self.receipts = replace(self.receipts, reordered=True)
            case DoubleReceipts():
                self.receipts = replace(self.receipts, doubled=True)
            case Late(seconds):
                self.receipts = replace(self.receipts, late_seconds=seconds)
            case Clear():
                self._clear()
            case Drop():
                return

    def take_throttle(self) -> bool:
        """Whether this submit is one of those to throttle."""
        if self.throttles_left <= 0:
            return False
        self.throttles_left -= 1
        return True

    def binds_refused(self, now: float) -> bool:
        """Whether binds are refused at this instant."""
        return now < self._binds_refused_until

    def silent(self, now: float) -> bool:
        """Whether nothing is answered at this instant."""
        return now < self._silent_until

    def describe(self, now: float) -> dict[str, Any]:
        """What is in force, as plain values; times are the seconds still to go."""
        return {
            "refuse_binds_seconds": max(0.0, round(self._binds_refused_until - now, 3)),
            "stop_answering_seconds": max(0.0, round(self._silent_until - now, 3)),
            "throttle_count": self.throttles_left,
            "lose_receipts_share": self.receipts.lost,
            "reorder_receipts": self.receipts.reordered,
            "double_receipts": self.receipts.doubled,
            "late_seconds": self.receipts.late_seconds,
        }
