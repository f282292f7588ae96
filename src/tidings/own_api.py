"""Tidings' own API, under /tidings/v1: the handlers of every slice that has a part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidings.runtime.database import Database


def own_api(db: Database) -> list[Any]:
    """The handlers of Tidings' own API, under /tidings/v1."""
    from tidings.compliance.content import api as content_api
    from tidings.compliance.content.linter import shipped_linter
    from tidings.compliance.drift import api as drift_api
    from tidings.compliance.opt_outs import api as opt_outs_api
    from tidings.compliance.opt_outs import settings_api as opt_out_settings_api
    from tidings.compliance.profiles import api as profiles_api
    from tidings.lanes import throughput_api
    from tidings.messages import path_api
    from tidings.messages.read import recent_texts, texts
    from tidings.messages.receive import withdraw
    from tidings.messages.registered import campaign_of
    from tidings.runtime.clock import system_clock, system_entropy

    return [
        *opt_outs_api.handlers(db=db, clock=system_clock, texts=texts, withdraw=withdraw),
        *opt_out_settings_api.handlers(db=db, clock=system_clock),
        *path_api.handlers(db=db),
        *profiles_api.handlers(db=db, clock=system_clock),
        *content_api.handlers(linter=shipped_linter),
        *drift_api.handlers(db=db, recent=recent_texts, clock=system_clock),
        *throughput_api.handlers(
            db=db, clock=system_clock, entropy=system_entropy, campaign_of=campaign_of(db)
        ),
    ]
