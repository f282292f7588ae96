"""What the demo found out, and which promises held. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tidings.cli.demo.codes import Verified
from tidings.cli.demo.contacts import Scrubbed

USED_AT_LEAST = 0.99
"""Where customer, platform and carrier share one machine. A lane by itself uses 99.5 %, as tests of its pace hold."""
BEHIND_SECONDS = 0.5
"""A lane with so much work waiting is behind: between an answer of the API and the carrier there is always some."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that left: when the API accepted it and when the carrier received it, in epoch seconds.

    One that the carrier turned away has spent the lane's MPS too; when it came there nobody noted: `at` None.
    """

    accepted_at: float
    at: float | None
    segments: int


@dataclass(frozen=True, slots=True)
class Pacing:
    """How well the lane kept to its MPS, by the carrier's clock."""

    worst_second: int
    allowed_in_a_second: int
    used: float | None
    """Segments in a mean second of those in which half a second's worth waited throughout, as a share of MPS; None
    where there was no such second, because the lane was never behind."""

    @property
    def kept(self) -> bool:
        return self.worst_second <= self.allowed_in_a_second

    @property
    def used_in_words(self) -> str:
        return "the lane was never behind" if self.used is None else f"{self.used:.2%}"


def pacing_of(arrivals: Sequence[Arrival], *, mps: float) -> Pacing:
    """The worst window of one second, whose last message may overshoot it: it is handed over as a whole."""
    came = sorted((one.at, one.segments) for one in arrivals if one.at is not None)
    worst = inside = oldest = 0
    for at, segments in came:
        inside += segments
        while at - came[oldest][0] >= 1.0:
            inside -= came[oldest][1]
            oldest += 1
        worst = max(worst, inside)
    overshoot = max((segments for _, segments in came), default=1) - 1
    return Pacing(worst, int(mps) + overshoot, _used(arrivals, mps=mps))


def _used(arrivals: Sequence[Arrival], *, mps: float) -> float | None:
    """The mean of all windows of one second that lie within a stretch with work waiting, wherever they begin: a flow
    that is uneven within its seconds has the same mean as an even one."""
    came = [(one.accepted_at, one.at, one.segments) for one in arrivals if one.at is not None]
    seconds = left = 0.0
    for begins, ends, flow in _busy_stretches(came, enough=mps * BEHIND_SECONDS):
        seconds += ends - begins - 1.0
        left += sum(segments * max(0.0, min(at, ends - 1.0) - max(begins, at - 1.0)) for at, segments in flow)
    if not seconds:
        return None
    turned_away = sum(one.segments for one in arrivals if one.at is None)
    unnoted = turned_away / sum(
        segments for _, _, segments in came
    )  # they are spread evenly among the others
    return min(1.0, left * (1.0 + unnoted) / (mps * seconds))


def _busy_stretches(
    came: Sequence[tuple[float, float, int]], *, enough: float
) -> Iterator[tuple[float, float, list[tuple[float, int]]]]:
    """The stretches of more than a second in which at least `enough` segments waited: when each begins and ends, and
    what arrived in it."""
    events = [(min(accepted_at, at), segments) for accepted_at, at, segments in came]
    events += [(at, -segments) for _, at, segments in came]
    events.sort()
    waiting, begins = 0, None
    flow: list[tuple[float, int]] = []
    for at, segments in events:
        if begins is not None and segments < 0:
            flow.append((at, -segments))
        waiting += segments
        if begins is None and waiting >= enough:
            begins, flow = at, []
        elif begins is not None and waiting < enough:
            if at - begins > 1.0:
                yield begins, at, flow
            begins = None


@dataclass(frozen=True, slots=True)
class Promise:
    """Something Tidings promises, and whether it held in this run."""

    name: str
    kept: bool
    found: str


@dataclass(frozen=True, slots=True)
class Replies:
    """What became of the people who wrote back, in people.

    `heard`: their words came by webhook. `answered`: they got the one automatic answer, or none where none is due.
    `left`: they wanted no more; `blocked`: of those, to whom one more message was not sent.
    """

    expected: int
    heard: int
    answered: int
    left: int
    blocked: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything counted in one run. `statuses` is the API's word on every accepted message."""

    messages: int
    mps: float
    accepted: int
    segments: int
    statuses: Mapping[str, int]
    undelivered_by_code: Mapping[str, int]
    expected_delivered: int
    expected_by_code: Mapping[str, int]
    expected_ends: int
    arrived: int
    arrived_twice: int
    callbacks: int
    messages_told: int
    bad_signatures: int
    replies: Replies
    pacing: Pacing
    seconds: float
    within_seconds: float
    refused: Mapping[str, int] = field(default_factory=dict)
    scrubbed: Scrubbed | None = None
    """What was made of a list of contacts."""
    verified: Verified | None = None

    @property
    def promises(self) -> list[Promise]:
        pacing = self.pacing
        missing = {
            code: count
            for code, count in self.expected_by_code.items()
            if self.undelivered_by_code.get(code, 0) != count
        }
        return [
            Promise("every message was accepted", self.accepted == self.messages, f"{self.accepted:,}"),
            Promise(
                "delivered are those that the carrier delivers",
                self.statuses.get("delivered", 0) == self.expected_delivered,
                f"{self.statuses.get('delivered', 0):,} of {self.expected_delivered:,}",
            ),
            Promise(
                "undelivered ones have their codes", not missing, ", ".join(missing) or "as the carrier said"
            ),
            Promise("nothing left twice", self.arrived_twice == 0, f"{self.arrived_twice} came again"),
            Promise(
                "no second over the MPS",
                pacing.kept,
                f"worst {pacing.worst_second} of {pacing.allowed_in_a_second}",
            ),
            Promise(
                "the MPS is used", pacing.used is None or pacing.used >= USED_AT_LEAST, pacing.used_in_words
            ),
            Promise(
                "every end was told by callback",
                self.messages_told == self.expected_ends,
                f"{self.messages_told:,} of {self.expected_ends:,}",
            ),
            Promise("every callback was signed", self.bad_signatures == 0, f"{self.bad_signatures} were not"),
            *self._promises_to_people,
            *self._promises_of_lists,
            *self._promises_of_codes,
            Promise("in time", self.seconds <= self.within_seconds, f"{self.seconds:.1f} s"),
        ]

    @property
    def _promises_to_people(self) -> Iterator[Promise]:
        people = self.replies
        yield Promise(
            "every reply was heard", people.heard == people.expected, f"{people.heard} of {people.expected}"
        )
        yield Promise(
            "every reply was answered as it should",
            people.answered == people.expected,
            f"{people.answered} of {people.expected}",
        )
        yield Promise(
            "who wants no more gets no more",
            people.blocked == people.left,
            f"{people.blocked} of {people.left} blocked with 21610",
        )

    @property
    def _promises_of_lists(self) -> Iterator[Promise]:
        if self.scrubbed is not None:
            found = f"{self.scrubbed.kept:,} of {self.scrubbed.rows:,} kept, the others with their reasons"
            yield Promise("a list is scrubbed of what cannot get texts", self.scrubbed.as_planted, found)

    @property
    def _promises_of_codes(self) -> Iterator[Promise]:
        one = self.verified
        if one is not None:
            found = f"wrong {one.wrong}, right {one.right}, again {one.again}; {one.milliseconds:g} ms to the carrier"
            yield Promise("a person is verified by a code, once", one.as_it_should, found)

    @property
    def kept(self) -> bool:
        return all(promise.kept for promise in self.promises)

    def told(self) -> dict[str, Any]:
        """For --json."""
        promises = {promise.name: promise.kept for promise in self.promises}
        return asdict(self) | {"promises": promises, "kept": self.kept}

    def rows(self) -> Iterator[tuple[str, str]]:
        """The table of figures, top to bottom."""
        yield "accepted", f"{self.accepted:,} of {self.messages:,}"
        for code, count in self.refused.items():
            yield f"refused {code}", f"{count:,}"
        yield "segments", f"{self.segments:,}"
        yield "delivered", f"{self.statuses.get('delivered', 0):,}"
        for code, count in sorted(self.undelivered_by_code.items()):
            yield f"undelivered {code}", f"{count:,}"
        for status, count in sorted(self.statuses.items()):
            if status not in ("delivered", "undelivered", "failed"):
                yield status, f"{count:,}"
        yield "worst second", f"{self.pacing.worst_second} segments at {self.mps:g} MPS"
        yield "MPS used", self.pacing.used_in_words
        yield "callbacks", f"{self.callbacks:,}"
        yield "replies", f"{self.replies.heard:,}"
        yield "opted out", f"{self.replies.left:,}"
        if self.scrubbed is not None:
            yield "contacts scrubbed", f"{self.scrubbed.rows:,}, {self.scrubbed.repaired:,} repaired"
        yield "time", f"{self.seconds:.1f} s"


def count_by_code(codes: Sequence[int | None]) -> dict[str, int]:
    """How often each code occurs; None is not counted."""
    return dict(Counter(str(code) for code in codes if code is not None))
