"""What an operator sees of carriers in Prometheus; told once a second, so that no message pays for it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields

from tidings.carriers.breaker import BreakerState
from tidings.carriers.line import Ended, Line
from tidings.carriers.plausible import Tally, doubts
from tidings.carriers.smpp.connector import SmppConnector
from tidings.carriers.smpp.metrics import show as show_smpp
from tidings.runtime.metrics import Follower, counter, gauge

_OUTCOMES = counter(
    "tidings_carrier_outcomes", "Hand-overs to a carrier, by its answer", ["carrier", "outcome"]
)
_FAILED_OVER = counter(
    "tidings_carrier_failed_over", "Messages that went to the next carrier at once", ["carrier"]
)
_DELIVERED = counter("tidings_carrier_delivered", "Messages that a carrier says were delivered", ["carrier"])
_UNDELIVERED = counter("tidings_carrier_undelivered", "Messages that a carrier says were not", ["carrier"])
_MISSING = counter(
    "tidings_carrier_receipts_missing", "Messages that were sent an hour ago and have no receipt", ["carrier"]
)
_TOO_FAST = counter(
    "tidings_carrier_receipts_too_fast",
    "Receipts that say delivered sooner than a handset can confirm",
    ["carrier"],
)
_DOUBTFUL = gauge(
    "tidings_carrier_receipts_doubtful",
    "Kinds of doubt about a carrier's receipts since the dispatcher began: too fast, all delivered, missing",
    ["carrier"],
)
_AWAITED = gauge("tidings_carrier_receipts_awaited", "Messages whose receipt is still awaited", ["carrier"])
_UNANSWERED = gauge("tidings_carrier_unanswered", "Messages that a carrier has not answered yet", ["carrier"])
_ROOM = gauge("tidings_carrier_room", "Parts that a carrier would take now", ["carrier"])
_OPEN = gauge(
    "tidings_carrier_breakers_open", "Dispatchers that leave a carrier alone because it fails", ["carrier"]
)
_UNROUTED = Follower(
    counter("tidings_carrier_unrouted", "Times that a message was turned back because no carrier may take it")
)


class _Told:
    """The counters of one line, whose numbers begin at 0 with it."""

    def __init__(self, name: str) -> None:
        self.outcomes = {one.name: Follower(_OUTCOMES.labels(name, one.name)) for one in fields(Ended)}
        self.failed_over = Follower(_FAILED_OVER.labels(name))
        self.delivered = Follower(_DELIVERED.labels(name))
        self.undelivered = Follower(_UNDELIVERED.labels(name))
        self.missing = Follower(_MISSING.labels(name))
        self.too_fast = Follower(_TOO_FAST.labels(name))


_told: dict[Line, _Told] = {}


def show(lines: Iterable[Line], *, unrouted: int, now: float) -> None:
    """Tell how all carriers stand now."""
    _UNROUTED.follow(unrouted)
    together: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    tallies: dict[str, Tally] = defaultdict(Tally)
    seen = list(lines)
    for gone in _told.keys() - set(seen):
        del _told[gone]
    for line in seen:
        told = _told.get(line) or _told.setdefault(line, _Told(line.name))
        for outcome, follower in told.outcomes.items():
            follower.follow(getattr(line.ended, outcome))
        told.failed_over.follow(line.failed_over)
        told.delivered.follow(line.shown.delivered + line.tally.delivered)
        told.undelivered.follow(line.shown.undelivered + line.tally.undelivered)
        told.missing.follow(line.shown.missing + line.tally.missing)
        told.too_fast.follow(line.shown.too_fast + line.tally.too_fast)
        tallies[line.name].add(line.shown)
        tallies[line.name].add(line.tally)
        sums = together[line.name]
        sums[0] += len(line.awaited)
        sums[1] += line.unanswered
        sums[2] += line.room(now)
        sums[3] += line.breaker.state(now) is not BreakerState.CLOSED
        if isinstance(line.connector, SmppConnector):
            show_smpp(line.connector)
    for name, (awaited, unanswered, room, is_open) in together.items():
        _DOUBTFUL.labels(name).set(len(doubts(tallies[name])))
        _AWAITED.labels(name).set(awaited)
        _UNANSWERED.labels(name).set(unanswered)
        _ROOM.labels(name).set(room)
        _OPEN.labels(name).set(is_open)
