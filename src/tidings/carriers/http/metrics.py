"""What an operator sees of what carriers tell us over HTTP."""

from tidings.runtime.metrics import counter

TOLD = counter(
    "tidings_carrier_told",
    "What carriers brought to our doors: receipt, inbound, passed_over (names no message), forged, unreadable",
    ["carrier", "kind"],
)
