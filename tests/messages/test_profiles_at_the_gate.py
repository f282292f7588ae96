"""What is known of a recipient counts when a message to them is judged."""

import time
from datetime import timedelta
from typing import Any

from tests.messages.pools import acceptance_on, account_of, now, service_with
from tests.messages.test_through_services import BOSTON, DENVER, Shop

from tidings.compliance.judge import quiet_hours_by
from tidings.compliance.packs import pack
from tidings.compliance.profiles import Profile, keep
from tidings.compliance.profiles.lookup import Profiles
from tidings.compliance.quiet_hours import shipped
from tidings.compliance.quiet_hours.days import NAMES
from tidings.messages.judging import Judging
from tidings.messages.limits import Limits
from tidings.messages.states import State
from tidings.runtime.database import Database

MARKETING = 2


async def test_marketing_waits_for_the_hours_and_the_zone_of_the_recipient_s_profile(db: Database) -> None:
    account = await account_of(db)
    service = await service_with(db, account, [BOSTON, DENVER])
    profiles = Profiles(db)
    judging = Judging([quiet_hours_by(shipped())], profiles=profiles)
    async with acceptance_on(db, judging=judging) as acceptance:
        shop = Shop(db, acceptance, account, service)
        person = (await shop.send()).draft
        # An hour of the day after tomorrow, so that it is not now whatever the time.
        wanted = NAMES[(now() + timedelta(days=2)).weekday()]
        async with db.transaction() as connection:
            said = Profile(person.recipient, zone="America/Adak", hours=f"{wanted} 12:00-13:00")
            await keep(connection, account, [said], now=now())
        held = await shop.send(priority=MARKETING)
        assert held.state is State.ACCEPTED
        (_, (kind, detail)) = await shop.facts(held)
        assert (kind, detail["rule"]) == ("held", "quiet_hours/preferred")
        assert _saw(detail)["zones"] == "America/Adak"
        assert _saw(detail)["zones_by"] == "zone"
        # A receipt does not wait for hours that are about marketing.
        assert _is_queued(await shop.facts(await shop.send()))
    await profiles.close()


def _saw(detail: Any) -> dict[str, str]:
    saw: dict[str, str] = detail["verdict"]["applied"][0]["saw"]
    return saw


def _is_queued(facts: list[tuple[str, Any]]) -> bool:
    return facts[-1] == ("queued", None)


async def test_the_caps_of_law_bind_by_the_state_of_the_recipient_s_profile(db: Database) -> None:
    account = await account_of(db)
    service = await service_with(db, account, [BOSTON, DENVER])
    profiles = Profiles(db)
    judging = Judging([], limits=Limits(db, monotonic=time.monotonic), profiles=profiles)
    async with acceptance_on(db, judging=judging) as acceptance:
        shop = Shop(db, acceptance, account, service)
        person = (await shop.send()).draft.recipient
        async with db.transaction() as connection:
            await keep(connection, account, [Profile(person, state="FL")], now=now())
        sent = [await shop.send(priority=MARKETING) for _ in range(4)]
        assert [one.judged.held_until is None for one in sent] == [True, True, True, False]
        (_, (kind, detail)) = await shop.facts(sent[3])
        assert (kind, detail["rule"]) == ("held", "caps/US-FL/marketing")
        assert detail["verdict"]["applied"][0]["version"] == pack.shipped().version
    await profiles.close()
