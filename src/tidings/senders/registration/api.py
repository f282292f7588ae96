"""All routes of registration."""

from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.senders.registration import brands_api, campaigns_api, toll_free_api
from tidings.web.api.routes import Route


def routes(*, db: Database, clock: Clock, entropy: Entropy) -> list[Route]:
    return [
        *brands_api.routes(db=db, clock=clock, entropy=entropy),
        *campaigns_api.routes(db=db, clock=clock, entropy=entropy),
        *toll_free_api.routes(db=db, clock=clock, entropy=entropy),
    ]
