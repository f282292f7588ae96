"""Double opt-in: what was requested is confirmed by the person's own word (YES or START to one of the senders)."""

from collections.abc import Sequence
from uuid import UUID

from tidings.compliance.consent.entry import Deed, Method, Said
from tidings.compliance.consent.record import append
from tidings.compliance.consent.scope import BRAND
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def confirm(
    connection: Connection, heard: Sequence[tuple[UUID, str, frozenset[str], UUID]], *, now: Instant
) -> set[tuple[UUID, str]]:
    """Confirms what waits for it of people (account, address, the scopes of the sender that they wrote to, the
    message): consents to these scopes, to topics and to the brand. Returns whose were. Needs an open transaction."""
    if not heard:
        return set()
    rows = await SQL.many(
        connection, "pending", [account for account, *_ in heard], [person for _, person, *_ in heard]
    )
    said = []
    for row in rows:
        account, person, scopes, message = heard[row["place"] - 1]
        scope = row["scope"]
        if scope == BRAND or scope.startswith("topic:") or scope in scopes:
            confirmed = Said(Deed.CONFIRM, person, scope, Method.KEYWORD, now, message=message)
            said.append((account, confirmed))
    await append(connection, said, now=now)
    return {(account, one.recipient) for account, one in said}
