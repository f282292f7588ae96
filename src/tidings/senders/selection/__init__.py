"""Which sender of a pool a message comes from."""

from tidings.senders.selection.choose import Chosen, Destination, Selection, choose
from tidings.senders.selection.spread import Spread, Turns

__all__ = ["Chosen", "Destination", "Selection", "Spread", "Turns", "choose"]
