"""The register of profiles: kept, taken away, listed, and looked up for whoever is about to be written to."""

from collections.abc import Sequence
from uuid import UUID

from tidings.compliance.people import as_lines
from tidings.compliance.profiles.profile import Profile
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def keep(connection: Connection, account: UUID, profiles: Sequence[Profile], *, now: Instant) -> None:
    """Puts each in the place of what was known of its recipient; the last counts where one is named twice.

    They must be without faults.
    """
    last = list({one.recipient: one for one in profiles}.values())
    await SQL.run(
        connection,
        "keep",
        account,
        [one.recipient for one in last],
        [one.zone for one in last],
        [one.postal_code for one in last],
        [one.state for one in last],
        [one.hours for one in last],
        now,
    )


async def drop(connection: Connection, account: UUID, recipient: str) -> bool:
    """False when nothing was known of them."""
    return bool(await SQL.run(connection, "drop", account, recipient))


async def known(connection: Connection, asked: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], Profile]:
    """What these accounts know of these recipients; those of whom nothing is known are left out. One statement."""
    first = asked[0][0] if asked else None
    if first is not None and all(account is first or account == first for account, _ in asked):
        people = "\n".join(sorted([recipient for _, recipient in asked]))
        rows = await SQL.many(connection, "known_of_account", first, people)
    else:
        rows = await SQL.many(connection, "known", *as_lines(asked))
    return {
        (row["account"], row["recipient"]): Profile(
            row["recipient"], row["zone"], row["postal_code"], row["state"], row["hours"]
        )
        for row in rows
    }


async def page(connection: Connection, account: UUID, *, after: str = "", most: int) -> list[Profile]:
    """Those behind a recipient, by number."""
    rows = await SQL.many(connection, "page", account, after, most)
    return [
        Profile(row["recipient"], row["zone"], row["postal_code"], row["state"], row["hours"]) for row in rows
    ]


async def count(connection: Connection, account: UUID) -> int:
    return int(await SQL.value(connection, "count", account))


async def contacts(connection: Connection, account: UUID, after: str, most: int) -> list[str]:
    """Everybody of whom the account keeps a profile or a consent, behind a recipient, by number."""
    return [row["recipient"] for row in await SQL.many(connection, "contacts", account, after, most)]
