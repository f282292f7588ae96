"""The reserved shares of a lane's three priorities."""

from __future__ import annotations

from collections.abc import Sequence

Shares = tuple[float, float, float]

# Twilio's Traffic Shaping gives its three service levels 50, 30 and 20 %.
DEFAULT_SHARES: Shares = (0.5, 0.3, 0.2)


def checked_shares(shares: Sequence[float]) -> Shares:
    """Three positive shares, scaled so that they add up to 1."""
    if len(shares) != 3 or not all(share > 0 for share in shares):
        raise ValueError(
            f"three shares above 0 are needed, not {tuple(shares)}: a priority without one would starve"
        )
    total = sum(shares)
    return shares[0] / total, shares[1] / total, shares[2] / total


def seconds_until_served(
    depths: Sequence[float], *, priority: int, rate: float, shares: Shares = DEFAULT_SHARES
) -> float:
    """How long until all that `priority` has waiting now is gone, in seconds.

    `depths` are the segments waiting in each priority, `rate` is in segments per second. Busy priorities
    divide the rate by their shares; a priority that runs dry leaves its share to the others. Nothing new is
    assumed to come.
    """
    left = [float(depth) for depth in depths]
    elapsed = 0.0
    while left[priority] > 0:
        busy = [index for index in range(3) if left[index] > 0]
        weight = sum(shares[index] for index in busy)
        speeds = {index: rate * shares[index] / weight for index in busy}
        step, dry = min((left[index] / speeds[index], index) for index in busy)
        elapsed += step
        for index in busy:
            left[index] = 0.0 if index == dry else max(0.0, left[index] - step * speeds[index])
    return elapsed
