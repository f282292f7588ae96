"""What an operator sees of dispatch in Prometheus; told once a second, so that no message pays for it."""

from typing import TYPE_CHECKING

from tidings.runtime.metrics import Follower, counter, gauge

if TYPE_CHECKING:
    from tidings.messages.dispatch import Dispatcher

UNMATCHED = counter(
    "tidings_receipts_unmatched", "Receipts that were given up after eight days: no message had their id"
)
RECEIVED = counter("tidings_messages_received", "Messages from people that were stored")
RECEIVED_FOR_NOBODY = counter(
    "tidings_messages_received_for_nobody",
    "Messages from people to an address that no account owns: acknowledged to the carrier, and not kept",
)
REPLIES = counter(
    "tidings_replies", "Replies to messages from people, by whether they were accepted", ["outcome"]
)
REFUSED_BY_THE_GATE = counter(
    "tidings_messages_refused_by_gate",
    "Direct messages that the gate refused, by code: they are not kept; those through a service fail, and are",
    ["code"],
)
LINKED = counter(
    "tidings_carrier_linked",
    "Messages with links that a carrier says arrived, six hours after they left; of many a sample",
    ["carrier"],
)
FOLLOWED = counter("tidings_carrier_followed", "Those of them of which anybody followed a link", ["carrier"])

_HANDED_OVER = Follower(
    counter("tidings_dispatch_handed_over", "Messages handed to the carrier, whatever it answered")
)
_LOOKS = Follower(counter("tidings_dispatch_looks", "Looks at the queue, each at one bucket"))
_DOUBTS = counter(
    "tidings_dispatch_doubts",
    "Messages that may or may not have left: unanswered by the carrier, or left behind by a dispatcher that died",
    ["cause"],
)
_UNANSWERED, _LEFT_BEHIND = Follower(_DOUBTS.labels("unanswered")), Follower(_DOUBTS.labels("left_behind"))
_WAITING = gauge("tidings_dispatch_letters_waiting", "Messages that are claimed and wait for their moment")
_OUT = gauge("tidings_dispatch_letters_unanswered", "Messages that are handed over and not yet answered for")
_LANES = gauge("tidings_dispatch_lanes_held", "Lanes that have, or just had, something to send")
_BUCKETS = gauge("tidings_dispatch_buckets_owned", "Buckets, of 64, whose lanes this dispatcher sends")


def show(dispatcher: "Dispatcher") -> None:
    """Tell how the dispatcher stands now."""
    counts = dispatcher.counts
    _HANDED_OVER.follow(counts.handed_over)
    _LOOKS.follow(counts.looks)
    _UNANSWERED.follow(counts.unanswered)
    _LEFT_BEHIND.follow(counts.left_behind)
    standing = dispatcher.standing()
    _WAITING.set(standing.waiting)
    _OUT.set(standing.unanswered)
    _LANES.set(standing.lanes)
    _BUCKETS.set(standing.buckets)
