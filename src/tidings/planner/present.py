"""The rules that an account has now, as a replay takes them."""

from uuid import UUID

from tidings.compliance.caps.settings import over_of
from tidings.compliance.caps.settings_of import caps_of
from tidings.compliance.consent import ConsentSetting
from tidings.compliance.content.decide import Lint
from tidings.compliance.geo.permissions_of import permissions_of
from tidings.compliance.packs.pack import Pack
from tidings.compliance.quiet_hours import Mode
from tidings.compliance.verdict import Traffic
from tidings.planner.replay import Setting
from tidings.runtime.database import Connection


async def present(connection: Connection, account: UUID, pack: Pack) -> Setting:
    """Its own caps and geo permissions under a pack; consents and texts are asked and warn. No lane is in the way."""
    own = await caps_of(connection, account, ())
    return Setting(
        pack,
        {one: Mode.CAREFUL if one is Traffic.MARKETING else Mode.LAW for one in Traffic},
        caps=own.own,
        law=own.settings.law,
        over=over_of(own.settings, {}),
        consent=ConsentSetting(),
        lint=Lint.WARN,
        permissions=await permissions_of(connection, account, pack.destinations),
    )
