"""Who is told of a message from a person: by the service that has the number in its pool, or by the number itself."""

from __future__ import annotations

from tidings.messages import incoming
from tidings.runtime.database import Connection
from tidings.runtime.outbox import Fact
from tidings.senders.receiver import receivers
from tidings.webhooks.inbound.form import RECEIVED, form_of_incoming
from tidings.webhooks.parcel import Parcel

KIND = "message.received"


async def inbound_parcels(connection: Connection, facts: list[Fact]) -> list[Parcel]:
    """What is to be told of facts of one bucket. A number that names no URL tells nobody."""
    told = [fact for fact in facts if fact.kind == KIND]
    if not told:
        return []
    messages = await incoming(connection, told[0].bucket, list({fact.subject for fact in told}))
    owners = await receivers(connection, [message.recipient for message in messages.values()])
    parcels = []
    for fact in told:
        message = messages.get(fact.subject)
        owner = owners.get(message.recipient) if message is not None else None
        if message is None or owner is None or owner.account != message.account or owner.primary is None:
            continue
        parcels.append(
            Parcel(
                key=(fact.bucket, fact.xid, fact.seq),
                account=message.account,
                message=message.id,
                status=RECEIVED,
                url=owner.primary.url,
                method=owner.primary.method,
                fallback_url=owner.fallback.url if owner.fallback is not None else None,
                fallback_method=owner.fallback.method if owner.fallback is not None else "POST",
                form=form_of_incoming(message, fact.detail),
            )
        )
    return parcels
