"""Remembered: what was looked up and is believed for a few seconds, so that a request costs no query of its own."""

from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from tidings.runtime.single_flight import SingleFlight

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """`monotonic` is a clock in seconds. A change takes effect after `trust_seconds` at most. That there is nothing is
    not remembered, so that what is new works at once. Over `most` things all are forgotten."""

    def __init__(self, *, monotonic: Callable[[], float], trust_seconds: float, most: int) -> None:
        self._monotonic = monotonic
        self._trust_seconds = trust_seconds
        self._most = most
        self._known: dict[Key, tuple[Value, float]] = {}
        self._reading = SingleFlight[Key, Value | None]()

    def recall(self, key: Key) -> Value | None:
        """What was looked up a moment ago."""
        known = self._known.get(key)
        return known[0] if known is not None and known[1] > self._monotonic() else None

    async def find(self, key: Key, read: Callable[[], Coroutine[Any, Any, Value | None]]) -> Value | None:
        """What is remembered, else what `read` gives; who asks for the same thing at the same moment shares that."""
        value = self.recall(key)
        if value is not None:
            return value
        value = await self._reading.share(key, read)
        if value is None:
            self._known.pop(key, None)
            return None
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = (value, self._monotonic() + self._trust_seconds)
        return value

    def forget(self, key: Key) -> None:
        """It was changed here: the next who asks sees that."""
        self._known.pop(key, None)
