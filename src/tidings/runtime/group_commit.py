"""Group commit: what arrives while a write is under way shares the next one.

No timer: a lone item is written at once, and under load the batches grow by themselves. That makes
durability before the reply nearly free: 0.01-0.02 ms of PostgreSQL for each request instead of 0.18.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar, cast

Item = TypeVar("Item")
Result = TypeVar("Result")


class Closed(Exception):  # noqa: N818 - it names the state
    """An item came after the group was closed. It was not written."""


class GroupCommit(Generic[Item, Result]):
    """Collects items into batches for `write`, which gives one result for each, in order, once they are
    durable.

    `writers` batches may be under way at once. An exception of `write` goes to each waiter of its batch and
    to nobody else. A waiter that is cancelled gives up only its answer: the item may be written all the
    same.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        largest: int = 500,
        writers: int = 1,
    ) -> None:
        self._write = write
        self._largest = largest
        self._writers = writers
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._closed = False

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Adds an item; await what is returned for its result. Raises Closed after `close`."""
        if self._closed:
            raise Closed
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if len(self._under_way) < self._writers:
            self._start_writer()
        return answer

    @property
    def waiting(self) -> int:
        """How many items no write has taken yet."""
        return len(self._waiting)

    async def flush(self) -> None:
        """Waits until everything submitted so far has been written or has failed."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def close(self) -> None:
        """Takes no more items, and waits for the last write."""
        self._closed = True
        await self.flush()

    def _start_writer(self) -> None:
        task = asyncio.create_task(self._write_until_empty(), name="group commit")
        self._under_way.add(task)
        # A task that is cancelled before its first step never runs its own ending.
        task.add_done_callback(self._under_way.discard)

    async def _write_until_empty(self) -> None:
        """Begins a loop turn after the first item, so that a burst is one batch."""
        try:
            await self._write_batches()
        finally:
            # At once, not in a callback: an item that comes between the two would find no writer.
            self._under_way.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _write_batches(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._largest))]
            try:
                results = await self._write([item for item, _ in batch])
                if len(results) != len(batch):
                    raise RuntimeError(
                        f"{len(batch)} items were written and {len(results)} results came back"
                    )
            except asyncio.CancelledError:
                for _, answer in batch:
                    answer.cancel()
                raise
            except Exception as error:
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(error)
                continue
            for (_, answer), result in zip(batch, results, strict=True):
                if not answer.done():
                    answer.set_result(result)
