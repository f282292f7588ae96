"""The demo account that a home begins with: its senders, their service, and what is registered for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from tidings.accounts import create_account, tokens
from tidings.app import sealer_of
from tidings.compliance.caps import CapSettings
from tidings.compliance.caps.settings_of import keep_settings
from tidings.config import Config
from tidings.kernel.phone_number import Address
from tidings.kernel.sid import Sid, mint
from tidings.lanes.allowance import Rates
from tidings.lanes.grant import keep_rates
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database
from tidings.senders import Kind, own
from tidings.senders.registration.at_once import decide_at_once, submit_demo
from tidings.senders.services import Settings, add_member, create_service

DEMO_NAME = "Demo"
DEMO_SENDERS: Mapping[str, float] = {
    "+15005550006": 100.0,
    "55501": 100.0,
    "+14155550100": 1.0,
    "+18885550100": 3.0,
}
"""What the demo account owns, with the MPS of each."""
DEMO_TOLL_FREE = "+18885550100"
DEMO_POOL = ("55501", "+14155550100", DEMO_TOLL_FREE)
"""What its messaging service pools."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    sid: str
    auth_token: str


async def demo_account(config: Config, *, known_sid: str | None, keep: Callable[[str], None]) -> DemoAccount:
    """The demo account of a home with its present token: that of `known_sid`, or a new one with its senders.

    `keep` is called with a new account's SID before the account exists for good, so that a crash in between
    leaves at worst a SID that names nothing.
    """
    assert config.database_url is not None
    sealer = sealer_of(config)
    db = await Database.connect(config.database_url, application_name="tidings up", largest=2)
    try:
        async with db.transaction() as connection:
            known = Sid.parse(known_sid or "", "AC")
            if known is not None:
                found = await tokens(connection, known.uuid, sealer=sealer)
                if "primary" in found:
                    return DemoAccount(str(known), found["primary"])
            now = system_clock()
            opened = await create_account(
                connection, friendly_name=DEMO_NAME, sealer=sealer, entropy=system_entropy, now=now
            )
            account = opened.account.id
            service = await create_service(
                connection,
                account,
                Settings(friendly_name=DEMO_NAME),
                id=mint(now, system_entropy(10), 0),
                now=now,
            )
            await keep_settings(
                connection,
                account,
                CapSettings(international_per_day=None),
                reason="the demo writes to made-up people in several countries",
                changed_by="Tidings",
                now=now,
            )
            owned: dict[str, UUID] = {}
            for address, mps in DEMO_SENDERS.items():
                sender = Address.parse(address)
                assert sender is not None
                id = mint(now, system_entropy(10), 0)
                await own(connection, account, sender, id=id, now=now, mps=mps)
                owned[address] = id
                if address in DEMO_POOL:
                    await add_member(connection, account, service.id, id, kinds=tuple(Kind), now=now)
            submitted = await submit_demo(
                connection,
                account,
                service=service.id,
                toll_free=owned[DEMO_TOLL_FREE],
                entropy=system_entropy,
                now=now,
            )
            slow = Rates(att=1, tmobile=1, verizon=1, other=1, total=1)
            await keep_rates(connection, account, submitted.campaign.hex, slow, granted=True)
            keep(opened.sid)
        await decide_at_once(db, submitted, clock=system_clock)
        return DemoAccount(opened.sid, opened.auth_token)
    finally:
        await db.close()
