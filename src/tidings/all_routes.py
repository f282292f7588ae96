"""The routes of Twilio's APIs, of every slice that answers some."""

import time

from tidings.accounts import api as accounts_api
from tidings.compliance import opt_outs
from tidings.compliance.opt_outs import consents as consents_api
from tidings.links import api as links_api
from tidings.links.domains import ServiceDomains
from tidings.lookup.configured import lookup_routes
from tidings.lookup.lookups import Lookups
from tidings.messages import api as messages_api
from tidings.messages.receive import withdraw
from tidings.monitor import api as monitor_api
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database
from tidings.runtime.secrets import Sealer
from tidings.senders import Directory
from tidings.senders.applications import Applications
from tidings.senders.applications import api as applications_api
from tidings.senders.deactivations import api as deactivations_api
from tidings.senders.numbers import api as numbers_api
from tidings.senders.registration import api as registration_api
from tidings.senders.registration import registered_services
from tidings.senders.services import Services
from tidings.senders.services import api as services_api
from tidings.senders.stock import Stock
from tidings.web.api.routes import Route
from tidings.webhooks import api as webhooks_api


def twilio_routes(
    db: Database,
    *,
    sealer: Sealer,
    accept: messages_api.Accept,
    senders: Directory,
    services: Services,
    lookups: Lookups,
    stock: Stock,
) -> list[Route]:
    """By product, but in no order that counts."""
    clock, entropy = system_clock, system_entropy
    return [
        *messages_api.routes(
            db=db,
            senders=senders,
            services=services,
            applications=Applications(db, monotonic=time.monotonic),
            accept=accept,
            clock=clock,
            domains=ServiceDomains(db, monotonic=time.monotonic),
        ),
        *applications_api.routes(db=db, clock=clock, entropy=entropy),
        *accounts_api.routes(db=db, sealer=sealer, clock=clock, entropy=entropy),
        *webhooks_api.routes(db=db, clock=clock),
        *monitor_api.routes(db=db),
        *numbers_api.routes(db=db, stock=stock, clock=clock, entropy=entropy, carry=opt_outs.carry),
        *deactivations_api.routes(stock=stock, sealer=sealer, clock=clock),
        *consents_api.routes(db=db, clock=clock, withdraw=withdraw),
        *services_api.routes(db=db, clock=clock, entropy=entropy, registered=registered_services),
        *registration_api.routes(db=db, clock=clock, entropy=entropy),
        *lookup_routes(db, lookups),
        *links_api.routes(db=db, clock=clock, entropy=entropy),
    ]
