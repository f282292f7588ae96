"""Making a service, changing its settings, and giving it up."""

from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements
from tidings.senders.services.directory import service_of
from tidings.senders.services.news import tell_changed
from tidings.senders.services.pool import Service, Settings

SQL = Statements.beside(__file__)


async def create_service(
    db: Connection, account: UUID, settings: Settings, *, id: UUID, now: Instant
) -> Service:
    """A new service with an empty pool."""
    row = await SQL.one(db, "create_service", account, id, now, *_values(settings))
    assert row is not None, "an insert that returns"
    return service_of(row)


async def change_service(
    db: Connection, account: UUID, id: UUID, settings: Settings, *, now: Instant
) -> Service | None:
    """The service with all its settings as given; None when the account has no such service."""
    row = await SQL.one(db, "change_service", account, id, now, *_values(settings))
    if row is None:
        return None
    await tell_changed(db, account, id)
    return service_of(row)


async def delete_service(db: Connection, account: UUID, id: UUID) -> bool:
    """Gives up a service. Its numbers and codes stay the account's; whom people have heard from is forgotten.
    Messages that were sent through it keep naming it. Needs an open transaction."""
    if not await SQL.run(db, "delete_service", account, id):
        return False
    await SQL.run(db, "forget_service", account, id)
    await tell_changed(db, account, id)
    return True


def _values(settings: Settings) -> tuple[object, ...]:
    """In the order of the statements' columns."""
    return (
        settings.friendly_name,
        settings.inbound_request_url,
        settings.inbound_method,
        settings.fallback_url,
        settings.fallback_method,
        settings.status_callback,
        settings.sticky_sender,
        settings.mms_converter,
        settings.smart_encoding,
        settings.scan_message_content.value,
        settings.fallback_to_long_code,
        settings.area_code_geomatch,
        settings.validity_seconds,
        settings.synchronous_validation,
        settings.usecase.value,
        settings.use_inbound_webhook_on_number,
    )
