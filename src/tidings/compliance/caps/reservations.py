"""Reservations in transactions of their own.

For those who judge before they write. Counted first and written afterwards means that a crash between leaves a send
counted that never left: a person then gets one message fewer, never one more than a cap allows.
"""

from collections.abc import Sequence

from tidings.compliance.caps.asking import Asking
from tidings.compliance.caps.clear import count_clear
from tidings.compliance.caps.reserve import give_back, reserve
from tidings.compliance.verdict import Allowed, Held, Refused
from tidings.runtime.database import Database, with_retries


class Reservations:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def reserve(self, batch: Sequence[Asking]) -> Sequence[Allowed | Held | Refused]:
        """Allowed is what is counted, and that is durable. What then does not leave is to be given back.

        What is asked again, its answer lost with the connection, may be counted twice: on the safe side.
        """

        async def at_a_look() -> dict[int, Allowed]:
            async with self._db.connection() as connection:
                return await count_clear(connection, batch)

        async def by_decision() -> list[Allowed | Held | Refused]:
            async with self._db.transaction() as connection:
                return await reserve(connection, left)

        counted: dict[int, Allowed | Held | Refused] = {**await with_retries(at_a_look)}
        if len(counted) < len(batch):
            places = [n for n in range(len(batch)) if n not in counted]
            left = [batch[n] for n in places]
            counted.update(zip(places, await with_retries(by_decision), strict=True))
        return [counted[n] for n in range(len(batch))]

    async def give_back(self, granted: Sequence[Asking]) -> None:
        """What was allowed here does not leave after all, or only later, and is then asked anew."""
        if not granted:
            return

        async def once() -> None:
            async with self._db.transaction() as connection:
                await give_back(connection, granted)

        await with_retries(once)
