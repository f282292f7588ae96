"""Tidings' own API, under /tidings/v1, of every slice that has a part in it; and the hosts of brands before it."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from litestar.types import ControllerRouterHandler

    from tidings.compliance.packs.pack import Pack
    from tidings.kernel.instant import Instant
    from tidings.kernel.sid import Sid
    from tidings.links.follow import Follow
    from tidings.lookup.lookups import Lookups
    from tidings.runtime.clock import Clock
    from tidings.runtime.database import Database
    from tidings.runtime.secrets import Sealer
    from tidings.web.frame import Admit


def own_api(
    db: Database,
    pack_at: Callable[[Instant], Awaitable[Pack]],
    lookups: Lookups,
    *,
    clock: Clock,
    entropy: Callable[[int], bytes],
    sealer: Sealer,
    operator: Sid | None = None,
) -> list[ControllerRouterHandler]:
    """`clock` gives the time of a request, `entropy(n)` n random bytes, `pack_at` the rule pack that holds at a
    moment; `sealer` has the keys of signed postbacks; `operator` is the account that may change what holds for
    all."""
    from tidings.compliance.advisories import api as advisories_api
    from tidings.compliance.caps import api as caps_api
    from tidings.compliance.consent import api as consent_api
    from tidings.compliance.content import api as content_api
    from tidings.compliance.drift import api as drift_api
    from tidings.compliance.gate import api as gate_api
    from tidings.compliance.geo import api as geo_api
    from tidings.compliance.opt_outs import api as opt_outs_api
    from tidings.compliance.opt_outs import settings_api as opt_out_settings_api
    from tidings.compliance.packs import api as packs_api
    from tidings.compliance.profiles import api as profiles_api
    from tidings.compliance.snowshoe import api as snowshoe_api
    from tidings.lanes import throughput_api
    from tidings.links import clicks_api
    from tidings.links.conversions import api as conversions_api
    from tidings.links.rules import api as rules_api
    from tidings.lookup import own_api as lookup_api
    from tidings.lookup.contacts import api as contacts_api
    from tidings.lookup.suppression import api as suppression_api
    from tidings.messages import path_api
    from tidings.messages.read import recent_texts, recent_wordings, texts
    from tidings.messages.receive import withdraw
    from tidings.messages.registered import campaign_of
    from tidings.verify.templates import own_api as templates_api

    return [
        *opt_outs_api.handlers(db=db, clock=clock, texts=texts, withdraw=withdraw),
        *opt_out_settings_api.handlers(db=db, clock=clock),
        *caps_api.handlers(db=db, clock=clock, pack_at=pack_at),
        *gate_api.handlers(db=db, clock=clock),
        *geo_api.handlers(db=db, clock=clock, pack_at=pack_at),
        *consent_api.handlers(db=db, clock=clock),
        *path_api.handlers(db=db),
        *profiles_api.handlers(db=db, clock=clock),
        *content_api.handlers(pack_at=pack_at, clock=clock),
        *packs_api.handlers(db=db, clock=clock, operator=None if operator is None else operator.uuid),
        *advisories_api.handlers(db=db, clock=clock),
        *drift_api.handlers(db=db, recent=recent_texts, clock=clock),
        *snowshoe_api.handlers(db=db, recent=recent_wordings, clock=clock),
        *clicks_api.handlers(db=db, clock=clock),
        *rules_api.handlers(db=db, clock=clock, entropy=entropy),
        *conversions_api.handlers(db=db, sealer=sealer, clock=clock),
        *lookup_api.handlers(lookups=lookups),
        *contacts_api.handlers(db=db, clock=clock, entropy=entropy),
        *suppression_api.handlers(db=db, clock=clock),
        *templates_api.handlers(db=db, clock=clock, entropy=entropy),
        *throughput_api.handlers(db=db, clock=clock, entropy=entropy, campaign_of=campaign_of(db)),
    ]


@asynccontextmanager
async def behind(
    db: Database,
    handlers: list[ControllerRouterHandler],
    *,
    clock: Clock,
    entropy: Callable[[int], bytes],
    healthy: Callable[[], Awaitable[bool]],
    admit: Admit,
) -> AsyncIterator[Follow]:
    """What lies behind the raw handlers: on hosts of brands their short links, on all others Tidings' own API."""
    from tidings import __version__
    from tidings.links.domains import Hosts
    from tidings.links.follow import Follow
    from tidings.runtime.metrics import exposition
    from tidings.web.frame import frame

    follow = Follow(
        db,
        hosts=Hosts(db, monotonic=time.monotonic),
        beyond=frame(  # type: ignore[arg-type]
            version=__version__, healthy=healthy, metrics=exposition, admit=admit, handlers=handlers
        ),
        clock=clock,
        monotonic=time.monotonic,
        entropy=entropy,
    )
    yield follow
    await follow.close()
