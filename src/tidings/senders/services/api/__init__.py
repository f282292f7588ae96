"""`/messaging/v1/Services` and what hangs on a service: numbers, short codes, sender ids."""

from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.senders.services.api import alpha_senders, members, settings
from tidings.web.api.routes import Route


def routes(*, db: Database, clock: Clock, entropy: Entropy) -> list[Route]:
    return [
        *settings.routes(db=db, clock=clock, entropy=entropy),
        *members.routes(db=db, clock=clock),
        *alpha_senders.routes(db=db, clock=clock, entropy=entropy),
    ]
