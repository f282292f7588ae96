"""The clock and the source of chance of a process. Only doors and loops ask them; rules get values."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tidings.kernel.instant import Instant

Clock = Callable[[], Instant]
Entropy = Callable[[int], bytes]


def system_clock() -> Instant:
    """The present instant."""
    return datetime.now(UTC)


def steady_clock() -> Callable[[], float]:
    """A clock in epoch seconds that never steps: the present instant once, and monotonic time added to it."""
    offset = time.time() - time.monotonic()
    return lambda: time.monotonic() + offset


system_entropy: Entropy = os.urandom
