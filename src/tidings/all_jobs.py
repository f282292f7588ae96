"""The jobs of every slice: what is done again and again, or later."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta

from tidings.carriers.jobs import register as register_carriers
from tidings.carriers.stock import open_stock
from tidings.compliance.advisories.round import register as register_advisories
from tidings.compliance.caps.jobs import register as register_caps
from tidings.compliance.consent.jobs import register as register_consents
from tidings.compliance.drift import register as register_drift
from tidings.compliance.gate.jobs import register as register_gate
from tidings.compliance.profiles.register import contacts
from tidings.compliance.snowshoe import register as register_snowshoe
from tidings.config import Config
from tidings.links.issuers import certificate_issuer
from tidings.links.jobs import register as register_links
from tidings.lookup.jobs import register as register_lookups
from tidings.messages.jobs import register as register_messages
from tidings.messages.read import recent_texts, recent_wordings
from tidings.messages.registered import grant_registered
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.secrets import Sealer
from tidings.runtime.upkeep import register_upkeep
from tidings.senders.registration.embedded import EmbeddedRegistry
from tidings.senders.registration.review import register as register_reviews
from tidings.verify.jobs import register as register_verifications


def register_jobs(jobs: Jobs, db: Database, config: Config) -> None:
    """Everything that is done again and again, or later; docs/reference/jobs.md is written from it."""
    register_upkeep(jobs, db, retention_days=config.retention_days, clock=system_clock)
    register_messages(jobs, db, clock=system_clock)
    register_carriers(jobs, db, clock=system_clock)
    register_consents(jobs, db, clock=system_clock)
    register_caps(jobs, db, clock=system_clock)
    register_gate(jobs, db, clock=system_clock)
    register_lookups(jobs, db, contacts=contacts, list_of=_deactivated(config.stock_url), clock=system_clock)
    register_links(
        jobs,
        db,
        retention_days=config.retention_days,
        issuer=certificate_issuer(config, lambda: _sealer(config)),
        archive=config.links_archive,
        sealer=lambda: _sealer(config),
        clock=system_clock,
    )
    register_verifications(jobs, db, clock=system_clock)
    register_drift(jobs, db, recent=recent_texts, clock=system_clock, entropy=system_entropy)
    register_snowshoe(jobs, db, recent=recent_wordings, clock=system_clock, entropy=system_entropy)
    register_advisories(jobs, db, clock=system_clock, smtp_url=config.smtp_url, sender=config.smtp_from)
    register_reviews(
        jobs,
        db,
        registry=EmbeddedRegistry(timedelta(seconds=config.registry_delay_seconds)),
        clock=system_clock,
        on_registered=grant_registered,
    )


def _deactivated(url: str | None) -> Callable[[date], Awaitable[Sequence[str] | None]]:
    async def list_of(day: date) -> Sequence[str] | None:
        async with open_stock(url) as stock:
            return await stock.deactivated(day)

    return list_of


def _sealer(config: Config) -> Sealer:
    if config.secret_key is not None:
        return Sealer.from_base64(config.secret_key)
    assert config.secret_key_file is not None, "the command checks it before the role begins"
    return Sealer.from_file(config.secret_key_file)
