"""Number facts with the providers that the settings name."""

import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tidings.config import Config, ConfigFault, ConfigFaults
from tidings.lookup import api
from tidings.lookup.declared import BadProviders
from tidings.lookup.entry import api as entry_api
from tidings.lookup.entry.keys import Keys
from tidings.lookup.lookups import Lookups, Risk
from tidings.lookup.provider import providers_of
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database
from tidings.runtime.http import HttpClient
from tidings.web.api.routes import Route


@asynccontextmanager
async def lookups_on(config: Config, db: Database, *, risk: Risk | None = None) -> AsyncIterator[Lookups]:
    """`risk` says what the account's own codes tell.

    Raises ConfigFaults when TIDINGS_LOOKUP_PROVIDERS names a file that cannot be used."""
    http = HttpClient(allow_private=True)  # to addresses that the operator has named
    try:
        providers = providers_of(config.lookup_providers, http, environ=os.environ, monotonic=time.monotonic)
    except (BadProviders, OSError) as error:
        await http.close()
        help = "docs/how-to/keep-numbers-clean.md shows such a file."
        raise ConfigFaults([ConfigFault("TIDINGS_LOOKUP_PROVIDERS", str(error), help)]) from error
    lookups = Lookups(db, clock=system_clock, monotonic=time.monotonic, providers=providers, risk=risk)
    yield lookups
    await lookups.close()
    await http.close()


def lookup_routes(db: Database, lookups: Lookups) -> Sequence[Route]:
    """Twilio's Lookup API, and the check of a number where it is typed in."""
    keys = Keys(db, monotonic=time.monotonic)
    return [
        *api.routes(db=db, lookups=lookups, clock=system_clock),
        *entry_api.routes(keys=keys, lookups=lookups, clock=system_clock, monotonic=time.monotonic),
    ]
