"""What an operator sees of a carrier's SMPP sessions in Prometheus; told once a second, so that no message pays."""

from weakref import WeakKeyDictionary

from tidings.carriers.smpp.connector import SmppConnector
from tidings.runtime.metrics import Follower, counter, gauge

_RECEIPTS = counter("tidings_carrier_receipts", "Delivery receipts that came", ["carrier"])
_NAMELESS = counter(
    "tidings_carrier_receipts_without_id",
    "Delivery receipts that named no message, and were dropped",
    ["carrier"],
)
_INBOUND = counter("tidings_carrier_inbound", "Messages from people that came", ["carrier"])
_BINDS = gauge("tidings_carrier_binds", "Sessions that are wanted with a carrier", ["carrier"])
_BOUND = gauge("tidings_carrier_bound", "Sessions that are bound now", ["carrier"])
_IN_FLIGHT = gauge("tidings_carrier_in_flight", "Parts that are sent and not yet answered", ["carrier"])


class _Told:
    """The counters of one connector, whose numbers begin at 0 with it."""

    def __init__(self, name: str) -> None:
        self.receipts = Follower(_RECEIPTS.labels(name))
        self.nameless = Follower(_NAMELESS.labels(name))
        self.inbound = Follower(_INBOUND.labels(name))


_told: WeakKeyDictionary[SmppConnector, _Told] = WeakKeyDictionary()


def show(connector: SmppConnector) -> None:
    """Tell the counts as they are now."""
    statistics, name = connector.statistics, connector.name
    told = _told.get(connector) or _told.setdefault(connector, _Told(name))
    told.receipts.follow(statistics.receipts)
    told.nameless.follow(statistics.receipts_without_id)
    told.inbound.follow(statistics.inbound)
    _BINDS.labels(name).set(statistics.wanted)
    _BOUND.labels(name).set(statistics.bound)
    _IN_FLIGHT.labels(name).set(statistics.in_flight)
