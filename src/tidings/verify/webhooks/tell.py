"""Tell a service's webhooks of what happens: a fact for each, in the transaction that made it happen."""

from collections.abc import Sequence
from uuid import uuid4

from tidings.runtime.database import Connection
from tidings.runtime.outbox import CHANNEL, NewFact, append
from tidings.runtime.statements import Statements
from tidings.verify.webhooks.event import Event, fields_of
from tidings.verify.webhooks.facts import EVENT

SQL = Statements.beside(__file__)


async def tell(connection: Connection, events: Sequence[Event]) -> None:
    """Needs an open transaction. What no webhook wants to hear leaves no trace."""
    if not events:
        return
    accounts, services = zip(*{(one.account, one.service) for one in events}, strict=True)
    hooks = await SQL.many(connection, "told", list(accounts), list(services))
    facts = [
        NewFact(
            one.bucket,
            one.at,
            one.account,
            one.subject,
            EVENT,
            {"event": one.type, "url": hook["url"], "fields": fields_of(one, id=uuid4())},
        )
        for one in events
        for hook in hooks
        if hook["service"] == one.service and one.type in hook["event_types"]
    ]
    await append(connection, facts)
    if facts:
        buckets = ",".join(sorted({str(one.bucket) for one in facts}))
        await SQL.run(connection, "ring", CHANNEL, buckets)
