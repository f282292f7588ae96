"""What a sender may hand over per second and per day: pure, the time comes in.

A message's segments are charged at the pace of the limit from its arrival on, so a message of three
segments at 1 MPS takes three seconds of the allowance. A message is taken while fewer than `mps`
segments (and the burst) are charged in the second before it or after it: with one-segment messages
this is "never more than MPS in any one second". For an MPS that is not whole the second stretches until
it holds a whole number: 2 in 1.33 seconds for 1.5 MPS, 1 in 4 seconds for 0.25.
"""

from bisect import insort
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from math import ceil

from tidings.carriers.simulator.personality import SenderLimits

SECONDS_PER_DAY = 86_400
MAX_SENDERS = 100_000


class Verdict(Enum):
    """Whether a sender may hand a message over now."""

    ALLOWED = "allowed"
    TOO_FAST = "over its messages per second"
    OVER_DAILY_CAP = "over its daily cap"


@dataclass(slots=True)
class _Account:
    charged: deque[float] = field(default_factory=deque)
    day: int = -1
    used_today: int = 0


class Allowance:
    """The meters of all senders; those that have been silent for a day are forgotten when it grows."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}

    def spend(self, sender: str, *, segments: int, limits: SenderLimits, burst: int, now: float) -> Verdict:
        """Charge a message of `segments` at `now` (epoch seconds), unless a limit forbids it."""
        account = self._accounts.get(sender)
        if account is None:
            account = self._open(sender, now)
        day = int(now // SECONDS_PER_DAY)
        if account.day != day:
            account.day, account.used_today = day, 0
        if limits.daily_cap is not None and account.used_today + segments > limits.daily_cap:
            return Verdict.OVER_DAILY_CAP
        if limits.mps is not None and not _charge(account.charged, segments, limits.mps, burst, now):
            return Verdict.TOO_FAST
        account.used_today += segments
        return Verdict.ALLOWED

    def forget(self) -> None:
        """Start all meters anew."""
        self._accounts.clear()

    def _open(self, sender: str, now: float) -> _Account:
        if len(self._accounts) >= MAX_SENDERS:
            today = int(now // SECONDS_PER_DAY)
            self._accounts = {name: held for name, held in self._accounts.items() if held.day == today}
        if len(self._accounts) >= MAX_SENDERS:
            self._accounts.pop(next(iter(self._accounts)))
        account = self._accounts[sender] = _Account()
        return account


def _charge(charged: deque[float], segments: int, mps: float, burst: int, now: float) -> bool:
    capacity = ceil(mps)
    window_seconds = capacity / mps
    while charged and charged[0] <= now - window_seconds:
        charged.popleft()
    if len(charged) >= capacity + burst:
        return False
    if charged and charged[-1] > now:
        insort(charged, now)
    else:
        charged.append(now)
    for nth in range(1, segments):
        insort(charged, now + nth / mps)
    return True
