"""Many messages judged at once: each gets the word that it would have been given alone."""

import time
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.messages.builders import draft
from tests.messages.pools import account_of, now

from tidings.compliance.caps import CapSettings
from tidings.compliance.caps.reserve import sends_of
from tidings.compliance.caps.settings import CapSetting
from tidings.compliance.caps.settings_of import keep_settings
from tidings.compliance.consent.entry import Deed, Said
from tidings.compliance.consent.take_in import take_in
from tidings.compliance.content import Linter
from tidings.compliance.judge import content_by, quiet_hours_by
from tidings.compliance.packs.pack import shipped
from tidings.compliance.profiles import Profile
from tidings.compliance.profiles.lookup import Profiles
from tidings.compliance.profiles.register import keep
from tidings.compliance.quiet_hours import place_of
from tidings.kernel.phone_number import country_of
from tidings.messages.agreements import Agreements
from tidings.messages.draft import Draft
from tidings.messages.judging import Asked, Judging
from tidings.messages.limits import Limits
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

RULES = [
    quiet_hours_by(shipped().quiet_hours),
    content_by(Linter(shipped().countries), shipped().version),
]
NUMBERS = ("+12125550100", "+12125550101", "+16025550100", "+18502345678", "+33612345678", "+447400123456")
TEXTS = ("Shop: 20% off. Reply STOP to opt out.", "FREE CASINO bit.ly/x", "Hello")
MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)


@st.composite
def messages(drawn: st.DrawFn) -> list[Asked]:
    """Of few kinds, so that many are alike; some within a minute of the hour at which windows shut."""
    minutes = st.sampled_from([n * 60 + late for n in range(24) for late in (0, 30, 59)])
    at = MIDNIGHT + timedelta(minutes=drawn(minutes), seconds=drawn(st.sampled_from([0, 30])))
    number, text = st.sampled_from(NUMBERS), st.sampled_from(TEXTS)
    one = st.builds(_draft, number, text, st.sampled_from([0, 1, 2]))
    return [Asked(each, at) for each in drawn(st.lists(one, max_size=8))]


def _draft(number: str, text: str, priority: int) -> Draft:
    return draft(
        recipient=number,
        calling_code="1" if number.startswith("+1") else number[1:3],
        country=country_of(number),
        body=text,
        priority=priority,
    )


@given(messages())
@settings(max_examples=60, deadline=None)
async def test_many_are_told_what_each_would_be_told_alone(asked: list[Asked]) -> None:
    judging = Judging(RULES)
    together = await judging.judge_all(asked)
    assert together == [judging.recall(one.draft, now=one.at) for one in asked]


async def test_what_is_known_of_each_person_counts_for_them_alone(db: Database) -> None:
    account = await account_of(db)
    caps = CapSettings(caps=[CapSetting(name="day", most=1, per_seconds=86_400)])
    anna, boris, clara = NUMBERS[:3]
    async with db.transaction() as connection:
        await keep_settings(connection, account, caps, reason="r", changed_by="ops", now=now())
        await keep(connection, account, [Profile(clara, hours="Mon-Sun 10:00-11:00")], now=now())
    left = Said(Deed.REVOKE, boris, "brand", "web_form", now() - timedelta(days=1), wording="No more.")
    assert await take_in(db, account, [left], clock=system_clock) == 1
    judging = Judging(
        [quiet_hours_by(shipped().quiet_hours)],
        limits=Limits(db, monotonic=time.monotonic),
        profiles=Profiles(db),
        agreements=Agreements(db, laws=lambda _: shipped().consent),
    )
    noon = MIDNIGHT + timedelta(hours=19)  # 12:00 in Phoenix
    sold = [
        draft(account=account, recipient=one, country="US", priority=2) for one in (anna, anna, boris, clara)
    ]
    first, second, withdrawn, later = await judging.judge_all([Asked(one, noon) for one in sold])
    assert first.held_until is None
    assert first.counted is not None
    assert second.held_until is not None
    assert second.held_until - noon >= timedelta(days=1) - timedelta(minutes=1)
    assert withdrawn.refused is not None
    assert withdrawn.refused.code.number == 21610
    assert later.held_until == datetime(2026, 11, 26, 17, tzinfo=UTC), place_of(clara).zones
    async with db.connection() as connection:
        assert [len(await sends_of(connection, account, one)) for one in (anna, boris, clara)] == [1, 0, 0]
    again = await judging.judge_all([Asked(sold[0], noon + timedelta(seconds=1), counted_at=noon)])
    assert again[0].held_until is None, "what it counted itself is given back before it is asked anew"
    await judging.close()
