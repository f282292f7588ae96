"""Campaigns that registries approved, as they were registered."""

from uuid import UUID

from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements
from tidings.senders.registration.campaign import Campaign, campaign_of

SQL = Statements.beside(__file__)
PAGE = 100


async def approved_campaigns(connection: Connection, account: UUID) -> list[Campaign]:
    """Those of an account, oldest first; mock ones send nothing, and are left out."""
    return [campaign_of(row) for row in await SQL.many(connection, "approved_campaigns", account)]


async def all_approved_campaigns(connection: Connection, *, after: UUID) -> list[Campaign]:
    """A page of those of all accounts, by id."""
    return [campaign_of(row) for row in await SQL.many(connection, "all_approved_campaigns", after, PAGE)]


async def senders_of_campaigns(connection: Connection, account: UUID) -> dict[str, UUID]:
    """The addresses of an account that send for an approved campaign, each with the campaign's service."""
    rows = await SQL.many(connection, "senders_of_campaigns", account)
    return {row["address"]: row["service"] for row in rows}
