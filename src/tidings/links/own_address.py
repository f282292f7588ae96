"""A home's own address as a domain: what its demo service puts short links on, without a name in DNS."""

from collections.abc import Callable
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.sid import mint
from tidings.links.domains import join_service
from tidings.runtime.clock import Entropy
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
PATH = "/l/"
"""Beside everything else that the address serves."""


async def keep_own_address(
    db: Database, account: UUID, address: str, *, service: str, clock: Callable[[], Instant], entropy: Entropy
) -> None:
    """Writes down at which host and port the home is now. When it is first written, the service of that name gets
    it."""
    base = f"http://{address}{PATH}"
    async with db.transaction() as connection:
        known = await SQL.one(connection, "own_address", account)
        if known is not None:
            if known["base_url"] != base:
                await SQL.run(connection, "move_own_address", account, known["id"], address, base)
            return
        now = clock()
        added = await SQL.one(
            connection, "add_own_address", mint(now, entropy(10), 0), account, address, now, base
        )
        named = await SQL.value(connection, "service_named", account, service)
        if added is not None and named is not None:
            await join_service(connection, account, added["id"], named, now=now)
