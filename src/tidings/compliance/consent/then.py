"""What was known of people's consent at a moment that is past: their entries in the ledger, up to then."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from tidings.compliance.consent.entry import Deed, Reach, Said
from tidings.compliance.consent.record import known_of
from tidings.compliance.consent.standing import Known, Standing, after
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


class Past:
    """One person's standing at every moment. `entries`: number, when it was entered, and what it says, in order.
    `before`: what was known before the first, and is in no entry."""

    def __init__(self, entries: Iterable[tuple[int, Instant, Said]], before: Iterable[Known] = ()) -> None:
        known = {one.scope: one for one in before}
        self._standings: list[tuple[Instant | None, Standing]] = [(None, tuple(known.values()))]
        for n, entered_at, said in entries:
            follows = after(known.get(said.scope), said, n=n)
            if follows is not None:
                known[said.scope] = follows
                self._standings.append((entered_at, tuple(known.values())))

    def at(self, moment: Instant) -> Standing:
        """By what was entered until then."""
        place = bisect_right(self._standings, moment, lo=1, key=itemgetter(0))
        return self._standings[place - 1][1]


NOBODY = Past(())
"""Of whom nothing was ever entered."""


async def pasts_of(connection: Connection, account: UUID, people: Sequence[str]) -> dict[str, Past]:
    """The standings of these people at every moment; those of whom nothing was ever known are left out."""
    asked = sorted(set(people))
    entries: dict[str, list[tuple[int, Instant, Said]]] = {}
    for row in await SQL.many(connection, "entries_of_people", account, asked):
        fields: dict[str, Any] = json.loads(row["entry"])
        entries.setdefault(row["recipient"], []).append((row["n"], row["at"], said_by(fields)))
    before: dict[str, list[Known]] = {}
    for row in await SQL.many(connection, "known_before_entries", account, asked):
        before.setdefault(row["recipient"], []).append(known_of(row))
    return {
        one: Past(entries.get(one, ()), before.get(one, ()))
        for one in asked
        if one in entries or one in before
    }


def said_by(fields: dict[str, Any]) -> Said:
    """What an entry's fields say, as far as it decides on what is known."""
    expires_at = fields.get("expires_at")
    return Said(
        Deed(fields["deed"]),
        fields["recipient"],
        fields["scope"],
        fields["method"],
        _moment(fields["since"]),
        expires_at=None if expires_at is None else _moment(expires_at),
        reach=Reach(fields.get("reach", Reach.SCOPE)),
    )


def _moment(stamp: str) -> Instant:
    return datetime.fromisoformat(stamp)
