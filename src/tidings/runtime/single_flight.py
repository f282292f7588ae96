"""Single flight: what many ask for at the same moment is made once, and shared by all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SingleFlight(Generic[Key, Value]):
    """Remembers nothing: who asks after the answer has come sets out anew."""

    def __init__(self) -> None:
        self._under_way: dict[Key, asyncio.Task[Value]] = {}

    async def share(self, key: Key, make: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """What `make` gives, or what is being made under this key already. Its exception goes to all who wait.

        A waiter that is cancelled gives up only its answer."""
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(make(), name="single flight")
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key))
        return await asyncio.shield(task)
