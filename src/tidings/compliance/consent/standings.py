"""Reading the standings of many people at once, for the gate: one statement, however many there are."""

from collections.abc import Sequence
from uuid import UUID

from tidings.compliance.consent.record import known_of
from tidings.compliance.consent.standing import Standing
from tidings.compliance.people import as_lines, by_account
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def standings(connection: Connection, people: Sequence[tuple[UUID, str]]) -> list[Standing]:
    """What is known of each person (account and address), in this order; nothing where nothing is."""
    found: list[Standing] = [()] * len(people)
    accounts = by_account(people)
    if len(accounts) == 1:
        ((account, places),) = accounts.items()
        for row in await SQL.many(connection, "standings_of_account", account, "\n".join(sorted(places))):
            known = known_of(row)
            for n in places[row["recipient"]]:
                found[n] = (*found[n], known)
        return found
    for row in await SQL.many(connection, "standings", *as_lines(people)):
        place = row["place"] - 1
        found[place] = (*found[place], known_of(row))
    return found
