"""A service's settings for opt-outs: read, kept, taken away."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from tidings.compliance.opt_outs.settings import OptOutSettings, default_settings
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class Kept:
    settings: OptOutSettings
    updated_at: Instant | None
    """None where the defaults hold."""


async def settings_of(connection: Connection, account: UUID, service: UUID) -> Kept | None:
    """None when the account has no such service."""
    row = await SQL.one(connection, "settings", account, service)
    if row is None:
        return None
    if row["settings"] is None:
        return Kept(default_settings(), None)
    return Kept(msgspec.convert(row["settings"], OptOutSettings), row["updated_at"])


async def keep_settings(
    connection: Connection, account: UUID, service: UUID, settings: OptOutSettings, *, now: Instant
) -> bool:
    """False when the account has no such service. The settings must be without faults."""
    kept = await SQL.value(connection, "keep_settings", account, service, msgspec.to_builtins(settings), now)
    return kept is not None


async def drop_settings(connection: Connection, account: UUID, service: UUID) -> bool:
    """The default keywords and replies hold again; False when there was nothing to take away."""
    return bool(await SQL.run(connection, "drop_settings", account, service))
