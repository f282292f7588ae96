"""What is asked of who holds the queue when people are opted out by hand."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection


class Withdraw(Protocol):
    """Takes what waits for people (account, address, scope) out of the queue, in the transaction that opts them out.
    Returns the buckets that have news of it."""

    async def __call__(
        self, connection: Connection, stops: Sequence[tuple[UUID, str, str]], *, now: Instant
    ) -> set[int]: ...
