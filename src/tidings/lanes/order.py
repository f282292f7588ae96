"""The order of leaving inside one priority: by (turn, id)."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

T = TypeVar("T")

_COMPACT_AT = 1024


class Order(Generic[T]):
    """A queue of (turn, id as an integer, ticket): cheap when tickets come in order, as they do from the
    queue table, and right when they do not.

    What comes in order is appended to a list that is read from its head; a straggler goes into a heap.
    """

    __slots__ = ("_head", "_heap", "_run")

    def __init__(self) -> None:
        self._run: list[tuple[int, int, T]] = []
        self._head = 0
        self._heap: list[tuple[int, int, T]] = []

    def __len__(self) -> int:
        return len(self._run) - self._head + len(self._heap)

    def push(self, entry: tuple[int, int, T]) -> None:
        run = self._run
        if len(run) == self._head or run[-1] < entry:
            run.append(entry)
        else:
            heappush(self._heap, entry)

    def peek(self) -> tuple[int, int, T]:
        """The first entry; the queue must not be empty."""
        if self._head < len(self._run):
            first = self._run[self._head]
            if self._heap and self._heap[0] < first:
                return self._heap[0]
            return first
        return self._heap[0]

    def pop(self) -> tuple[int, int, T]:
        """Take the first entry; the queue must not be empty."""
        run, head = self._run, self._head
        if head == len(run) or (self._heap and self._heap[0] < run[head]):
            return heappop(self._heap)
        entry = run[head]
        head += 1
        if head == len(run):
            run.clear()
            head = 0
        elif head >= _COMPACT_AT and head * 2 >= len(run):
            del run[:head]
            head = 0
        self._head = head
        return entry

    def keep(self, wanted: Callable[[tuple[int, int, T]], bool]) -> None:
        """Leave out every entry that is not wanted."""
        self._run = [entry for entry in self._run[self._head :] if wanted(entry)]
        self._head = 0
        self._heap = [entry for entry in self._heap if wanted(entry)]
        heapify(self._heap)
