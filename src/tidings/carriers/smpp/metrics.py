"""What an operator sees of a carrier in Prometheus; told once a second, so that no message pays for it."""

from tidings.carriers.smpp.connector import Statistics
from tidings.runtime.metrics import Follower, counter, gauge

_ENDED = counter("tidings_carrier_outcomes", "Hand-overs to the carrier, by its answer", ["outcome"])
_OUTCOMES = {
    name: Follower(_ENDED.labels(name))
    for name in ("taken", "throttled", "rejected", "unreachable", "unknown")
}
_RECEIPTS = Follower(counter("tidings_carrier_receipts", "Delivery receipts that came"))
_NAMELESS = Follower(
    counter(
        "tidings_carrier_receipts_without_id", "Delivery receipts that named no message, and were dropped"
    )
)
_INBOUND = Follower(counter("tidings_carrier_inbound", "Messages from people that came"))
_BINDS = gauge("tidings_carrier_binds", "Sessions that are wanted with the carrier")
_BOUND = gauge("tidings_carrier_bound", "Sessions that are bound now")
_IN_FLIGHT = gauge("tidings_carrier_in_flight", "Parts that are sent and not yet answered")


def show(statistics: Statistics) -> None:
    """Tell the counts as they are now."""
    for name, follower in _OUTCOMES.items():
        follower.follow(getattr(statistics.outcomes, name))
    _RECEIPTS.follow(statistics.receipts)
    _NAMELESS.follow(statistics.receipts_without_id)
    _INBOUND.follow(statistics.inbound)
    _BINDS.set(statistics.binds)
    _BOUND.set(statistics.bound)
    _IN_FLIGHT.set(statistics.in_flight)
