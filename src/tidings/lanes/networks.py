"""Which network a US number is of: what accepting asks, and the table that answers by default.

Numbers that are asked for at the same time share a query; what was found is remembered, and that nothing was found for
a minute, so that a number which is looked up meanwhile takes its network's lane soon.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from tidings.lanes.allowance import Network
from tidings.runtime.database import Connection, Database
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

FOUND_SECONDS = 3600.0
NOT_FOUND_SECONDS = 60.0
MOST_REMEMBERED = 200_000


class Networks(Protocol):
    async def network_of(self, number: str) -> str | None:
        """The network of a number in E.164, a value of `Network`; None when nobody knows it."""


class KnownNetworks:
    """The numbers of the table `number_networks`. `monotonic` is a clock in seconds."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float]) -> None:
        self._db = db
        self._monotonic = monotonic
        self._known: dict[str, tuple[str | None, float]] = {}
        self._asked = GroupCommit[str, str | None](self._read, writers=2)

    async def network_of(self, number: str) -> str | None:
        known = self._known.get(number)
        if known is not None and known[1] > self._monotonic():
            return known[0]
        return await self._asked.submit(number)

    async def close(self) -> None:
        await self._asked.close()

    async def _read(self, numbers: Sequence[str]) -> Sequence[str | None]:
        async with self._db.connection() as connection:
            rows = await SQL.many(connection, "networks_of", list(numbers))
        found = {row["number"]: row["network"] for row in rows}
        if len(self._known) > MOST_REMEMBERED:
            self._known.clear()
        now = self._monotonic()
        for number in numbers:
            lasting = FOUND_SECONDS if number in found else NOT_FOUND_SECONDS
            self._known[number] = (found.get(number), now + lasting)
        return [found.get(number) for number in numbers]


async def learn_networks(connection: Connection, networks: Mapping[str, Network], *, source: str) -> None:
    """Keep the networks of numbers in E.164, over what was known of them. `source` says who found out."""
    numbers = sorted(networks)
    await SQL.run(
        connection, "learn_networks", numbers, [networks[number].value for number in numbers], source
    )
