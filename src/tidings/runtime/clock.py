"""The clock and the source of chance of a process. Only doors and loops ask them; rules get values."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime

from tidings.kernel.instant import Instant

Clock = Callable[[], Instant]
Entropy = Callable[[int], bytes]


def system_clock() -> Instant:
    """The present instant."""
    return datetime.now(UTC)


system_entropy: Entropy = os.urandom
