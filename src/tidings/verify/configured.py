"""Verify with what the settings name: who takes letters and calls."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from tidings.config import Config
from tidings.lookup.lookups import Lookups
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database
from tidings.runtime.http import HttpClient
from tidings.runtime.mail import PostOffice, send
from tidings.runtime.secrets import Sealer
from tidings.senders import Directory
from tidings.senders.services import Services
from tidings.verify.code import PURPOSE, CodeKey
from tidings.verify.doors import verify_doors
from tidings.verify.fallback.call import Falling
from tidings.verify.mail import Mail
from tidings.verify.road import Accept
from tidings.verify.voice import Voice
from tidings.web.api.routes import Route


@asynccontextmanager
async def verify_routes(
    config: Config,
    db: Database,
    sealer: Sealer,
    *,
    accept: Accept,
    services: Services,
    directory: Directory,
    lookups: Lookups,
) -> AsyncIterator[Sequence[Route]]:
    """The doors of one-time codes, keyed with the home's key."""
    mail = None
    if config.smtp_url is not None:
        mail = Mail(partial(send, PostOffice.parse(config.smtp_url)), sender=config.smtp_from)
    async with (
        _voice(config) as voice,
        verify_doors(
            db,
            sealer=sealer,
            mail=mail,
            voice=voice,
            accept=accept,
            services=services,
            senders=directory,
            lookups=lookups,
            clock=system_clock,
            entropy=system_entropy,
            monotonic=time.monotonic,
        ) as routes,
    ):
        yield routes


async def fall_back(config: Config, db: Database, sealer: Sealer, stopping: asyncio.Event) -> None:
    """Have codes that did not arrive said by calls, until told to stop; nothing where nobody takes calls."""
    async with _voice(config) as voice:
        if voice is not None:
            key = CodeKey(sealer.key_for(PURPOSE))
            falling = Falling(db, key=key, voice=voice, clock=system_clock, entropy=system_entropy)
            await falling.run(stopping)


@asynccontextmanager
async def _voice(config: Config) -> AsyncIterator[Voice | None]:
    """Who places calls with codes; None where nobody is named."""
    if config.voice_url is None:
        yield None
        return
    http = HttpClient(allow_private=True)  # to an address that the operator has named
    yield Voice(http, config.voice_url, sender=config.voice_from)
    await http.close()
