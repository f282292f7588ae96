"""Status callbacks: what is told of how messages fare, to whoever asked for it."""

from __future__ import annotations

from tidings.messages import callback_targets
from tidings.runtime.database import Connection
from tidings.runtime.outbox import Fact
from tidings.webhooks import destination as destinations
from tidings.webhooks.callback import TOLD, form_of, told_status
from tidings.webhooks.parcel import Parcel


async def status_parcels(connection: Connection, facts: list[Fact]) -> list[Parcel]:
    """What is to be told of facts of one bucket."""
    told = [fact for fact in facts if fact.kind in TOLD]
    if not told:
        return []
    targets = await callback_targets(connection, told[0].bucket, list({fact.subject for fact in told}))
    parcels = []
    for fact in told:
        target = targets.get(fact.subject)
        if target is None or target.url is None:
            continue
        status = told_status(fact.kind, through_service=target.service is not None)
        if status is None:
            continue
        destination = destinations.parse(target.url)
        parcels.append(
            Parcel(
                key=(fact.bucket, fact.xid, fact.seq),
                account=target.account,
                message=fact.subject,
                status=status,
                url=target.url,
                form=form_of(status, fact.subject, fact.detail, target),
                method=destination.overrides.method if destination is not None else "POST",
            )
        )
    return parcels
