"""The rules that an account has now, as a replay takes them."""

from uuid import UUID

from tidings.compliance.caps.settings import over_of
from tidings.compliance.caps.settings_of import caps_of
from tidings.compliance.content.decide import Lint
from tidings.compliance.gate import settings_from
from tidings.compliance.gate.settings_of import choice_of
from tidings.compliance.geo.permissions_of import permissions_of
from tidings.compliance.packs.pack import Pack
from tidings.compliance.verdict import Traffic
from tidings.planner.replay import Setting
from tidings.runtime.database import Connection


async def present(connection: Connection, account: UUID, pack: Pack) -> Setting:
    """Its own caps, geo permissions and choices of the gate under a pack. No lane is in the way."""
    chosen = await choice_of(connection, account)
    gate = settings_from(chosen.chosen, version=chosen.version, changed_by=chosen.changed_by)
    own = await caps_of(connection, account, ())
    return Setting(
        pack,
        {one: gate.mode_of(one) for one in Traffic},
        caps=own.own,
        law=own.settings.law,
        over=over_of(own.settings, {}),
        consent=gate.consent,
        lint=None if gate.lint is Lint.OFF else gate.lint,
        permissions=await permissions_of(connection, account, pack.destinations),
        gate=gate,
    )
