"""`/messaging/v1/Services` and what hangs on a service: numbers, short codes, sender ids."""

from collections.abc import Collection, Sequence
from uuid import UUID

from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database
from tidings.senders.services.api import alpha_senders, members, settings
from tidings.web.api.routes import Route


async def no_campaign(_db: Connection, _account: UUID, _services: Sequence[UUID]) -> Collection[UUID]:
    """A home that keeps no campaigns."""
    return ()


def routes(
    *, db: Database, clock: Clock, entropy: Entropy, registered: settings.Registered = no_campaign
) -> list[Route]:
    return [
        *settings.routes(db=db, clock=clock, entropy=entropy, registered=registered),
        *members.routes(db=db, clock=clock),
        *alpha_senders.routes(db=db, clock=clock, entropy=entropy),
    ]
