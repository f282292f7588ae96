"""Number facts with the providers that the settings name."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tidings.config import Config, ConfigFault, ConfigFaults
from tidings.lookup.declared import BadProviders
from tidings.lookup.lookups import Lookups
from tidings.lookup.provider import providers_of
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database
from tidings.runtime.http import HttpClient


@asynccontextmanager
async def lookups_on(config: Config, db: Database) -> AsyncIterator[Lookups]:
    """Raises ConfigFaults when TIDINGS_LOOKUP_PROVIDERS names a file that cannot be used."""
    http = HttpClient(allow_private=True)  # to addresses that the operator has named
    try:
        providers = providers_of(config.lookup_providers, http, environ=os.environ, monotonic=time.monotonic)
    except (BadProviders, OSError) as error:
        await http.close()
        help = "docs/how-to/keep-numbers-clean.md shows such a file."
        raise ConfigFaults([ConfigFault("TIDINGS_LOOKUP_PROVIDERS", str(error), help)]) from error
    lookups = Lookups(db, clock=system_clock, monotonic=time.monotonic, providers=providers)
    yield lookups
    await lookups.close()
    await http.close()
