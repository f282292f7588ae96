"""What would have become of messages: rules, caps and lanes on paper."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api_home import api_home, now
from tests.compliance.conftest import ANNA, SHOP, open_shop
from tests.compliance.drift.test_watch import campaign_of
from tests.compliance.packs.test_command_line import tidings
from tests.messages.stored import store_message

from tidings.compliance.caps import Cap, Over
from tidings.compliance.consent import ConsentMode, ConsentSetting, Known
from tidings.compliance.consent.entry import Deed, Said
from tidings.compliance.consent.record import append
from tidings.compliance.consent.standing import ConsentState
from tidings.compliance.content.decide import Lint
from tidings.compliance.geo import Permission, Permissions
from tidings.compliance.packs.pack import shipped
from tidings.compliance.quiet_hours import Mode, decide, parse_hours, place_of
from tidings.compliance.verdict import Allowed, Rule, Traffic
from tidings.planner.past import Knowing, pages_of_past
from tidings.planner.replay import Fate, Layout, Past, Setting, replay, summary
from tidings.runtime.database import Database

DALLAS = "+12145550123"
BOSTON, DENVER = "+16175550100", "+13035550100"
NOON = datetime(2026, 10, 6, 17, tzinfo=UTC)  # a Tuesday, 12:00 in Dallas
HOUR = timedelta(hours=1)
MODES = dict.fromkeys(Traffic, Mode.CAREFUL)
DAILY = Cap(
    rule=Rule("caps/tried", "1", "test", "One a day."),
    most=1,
    window=timedelta(days=1),
    traffic=frozenset({Traffic.MARKETING}),
)


def past(
    at: datetime = NOON,
    *,
    to: str = DALLAS,
    traffic: Traffic = Traffic.MARKETING,
    valid: float = 36.0,
    **known: Any,
) -> Past:
    return Past(at, at + valid * HOUR, to, traffic, 1, SHOP, country="US", calling_code="1", **known)


def fates(setting: Setting, *pasts: Past) -> list[Fate]:
    return [one.fate for one in replay(setting, pasts)]


def test_what_comes_at_night_waits_for_the_morning() -> None:
    night = past(NOON + 12 * HOUR)
    (held,) = replay(Setting(shipped(), MODES), [night])
    assert held.fate is Fate.LATER
    assert held.at is not None
    assert held.by is not None
    assert held.by.rule.id.startswith("quiet_hours/US")
    assert isinstance(
        decide(shipped().quiet_hours, place_of(DALLAS), Traffic.MARKETING, at=held.at, mode=Mode.CAREFUL),
        Allowed,
    )
    assert fates(Setting(shipped(), MODES), past(NOON + 12 * HOUR, valid=1)) == [Fate.EXPIRED]
    assert fates(Setting(shipped(), MODES), past(NOON + 12 * HOUR, traffic=Traffic.ESSENTIAL)) == [
        Fate.AT_ONCE
    ]
    assert fates(Setting(shipped(), dict.fromkeys(Traffic, Mode.OFF)), night) == [Fate.AT_ONCE]


def test_what_is_over_a_cap_goes_later_or_not_at_all() -> None:
    twice = [past(), past(NOON + HOUR)]
    later = replay(Setting(shipped(), MODES, caps=(DAILY,)), twice)
    assert [one.fate for one in later] == [Fate.AT_ONCE, Fate.LATER]
    assert later[1].at is not None
    assert later[1].at >= NOON + 24 * HOUR
    assert fates(Setting(shipped(), MODES, caps=(DAILY,), over=Over(skip=True)), *twice) == [
        Fate.AT_ONCE,
        Fate.REFUSED,
    ]
    assert fates(Setting(shipped(), MODES, caps=(DAILY,)), past(), past(to=ANNA)) == [Fate.AT_ONCE] * 2


def test_a_lane_takes_one_after_another() -> None:
    blast = [past(valid=1) for _ in range(10)]
    slow = Layout({SHOP: 0.001}, queue_limit_seconds=2_000)
    results = replay(Setting(shipped(), MODES, layout=slow), blast)
    assert [one.fate for one in results] == [Fate.AT_ONCE] * 3 + [Fate.OVERFLOWED] * 7
    waits = [one.waited.total_seconds() for one in results[:3]]
    assert waits == pytest.approx([0, 1_000, 2_000], rel=0.005), "at the pace of the real lane"
    told = summary(results)
    assert (told.fates["overflowed"], told.longest_wait_seconds) == (7, waits[2])
    assert fates(Setting(shipped(), MODES, layout=Layout(otherwise=0.0001)), *blast[:2]) == [
        Fate.AT_ONCE,
        Fate.EXPIRED,
    ]


def test_what_is_urgent_leaves_a_lane_before_what_came_first() -> None:
    blast = [past(flow=1) for _ in range(50)]
    small = past(NOON + timedelta(seconds=5), flow=2)
    code = past(NOON + timedelta(seconds=5), traffic=Traffic.ESSENTIAL)
    setting = Setting(shipped(), MODES, layout=Layout({SHOP: 1.0}))
    results = replay(setting, [*blast, small, code])
    *_, last, of_small, of_code = [one.waited.total_seconds() for one in results]
    assert of_code < 3
    assert of_small < 5, "a campaign that comes later takes its turns"
    assert last > 45
    assert replay(setting, [*blast, small, code]) == results


def test_countries_consents_and_texts_are_asked_as_the_gate_asks_them() -> None:
    require, now = ConsentSetting(ConsentMode.REQUIRE), NOON - HOUR
    granted = (Known("brand", ConsentState.GRANTED, now, 1),)
    asked = Setting(shipped(), MODES, consent=require)
    assert fates(asked, past(standing=()), past(standing=granted)) == [Fate.REFUSED, Fate.AT_ONCE]
    assert fates(asked, past(standing=(), traffic=Traffic.TRANSACTIONAL)) == [Fate.AT_ONCE]
    assert fates(Setting(shipped(), MODES), past(standing=())) == [Fate.AT_ONCE], "nobody asks"

    link = past(body="Acme sale: bit.ly/x. Reply STOP to end.")
    for lint, fate in ((Lint.WARN, Fate.AT_ONCE), (Lint.REFUSE, Fate.REFUSED)):
        assert fates(Setting(shipped(), MODES, lint=lint), link) == [fate]

    no = Permission(False, "none there", "ops", 1)
    closed = Setting(shipped(), MODES, permissions=Permissions({"US": no}, shipped().destinations))
    (refused,) = replay(closed, [past()])
    assert refused.by is not None
    assert (refused.fate, refused.by.rule.id) == (Fate.REFUSED, "geo/US")


def test_what_is_known_of_a_person_counts() -> None:
    wants = parse_hours("Mon-Fri 15:00-16:00", source="the profile")
    (held,) = replay(Setting(shipped(), MODES), [past(preferred=wants)])
    assert (held.fate, held.at) == (Fate.LATER, NOON + 3 * HOUR)
    florida = past(place=place_of(DALLAS, state="FL"))
    strict = Setting(shipped(), MODES)
    assert fates(strict, *[florida] * 4) == [Fate.AT_ONCE] * 3 + [Fate.LATER], "three a day by law"
    assert fates(replace(strict, law=False), *[florida] * 4) == [Fate.AT_ONCE] * 4


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 14 * 24 * 60), st.sampled_from(["+12145550123", "+33612345678", ANNA]))
    ),
    st.sampled_from(Mode),
)
def test_nothing_leaves_when_it_must_not_and_nothing_is_lost(
    wanted: list[tuple[int, str]], mode: Mode
) -> None:
    pasts = [past(NOON + timedelta(minutes=minutes), to=to) for minutes, to in sorted(wanted)]
    setting = Setting(shipped(), dict.fromkeys(Traffic, mode), caps=(DAILY,))
    results = replay(setting, pasts)
    assert len(results) == len(pasts)
    for one, result in zip(pasts, results, strict=True):
        if result.at is not None:
            assert one.at <= result.at < one.expires_at
            rules = shipped().quiet_hours
            assert isinstance(
                decide(rules, place_of(one.recipient), one.traffic, at=result.at, mode=mode), Allowed
            )


async def test_consents_and_registrations_are_those_of_then(db: Database) -> None:
    """Marketing every ten seconds: before there was consent, with it, and after its withdrawal. A list that comes later
    counts only as it is known by now. The campaign of one sender was approved in between."""
    first = now()
    moments = [first + timedelta(seconds=10 * n) for n in range(6)]
    async with api_home(db) as home:
        shop = await home.open_account()
        account = shop.account.id
        for sender in (BOSTON, DENVER):
            await home.give_sender(shop, sender)
        _, sid = await campaign_of(home, shop, sender=BOSTON)
        campaign = UUID(hex=sid[2:])
        for at in moments:
            for to in (ANNA, DALLAS):
                for sender in (BOSTON, DENVER):
                    stored = {"priority": 2, "recipient": to, "sender": sender, "body": "", "segments": 1}
                    await store_message(db, account, at=at, **stored)
        say = partial(Said, scope="brand", method="web_form", wording="I agree.")
        async with db.transaction() as connection:
            for later, deed in ((15, Deed.GRANT), (35, Deed.REVOKE)):
                at = first + timedelta(seconds=later)
                await append(connection, [(account, say(deed, ANNA, since=at))], now=at)
            listed = say(Deed.GRANT, DALLAS, since=first + timedelta(seconds=5))
            await append(connection, [(account, listed)], now=first + timedelta(seconds=45))
            await connection.execute(
                "update facts set at = $3 where account = $1 and subject = any($2::uuid[])",
                account,
                [
                    campaign,
                    await connection.fetchval("select brand from a2p_campaigns where id = $1", campaign),
                ],
                first + timedelta(seconds=25),
            )
            read = partial(pages_of_past, connection, account, since=first - HOUR, until=first + HOUR)
            then = [one async for page in read() for one in page]
            by_now = [one async for page in read(knowing=Knowing.NOW) for one in page]

    def agreed(pasts: list[Past], to: str) -> list[bool]:
        theirs = [one for one in pasts if (one.recipient, one.sender) == (to, BOSTON)]
        return [any(known.state is ConsentState.GRANTED for known in one.standing or ()) for one in theirs]

    assert agreed(then, ANNA) == [False, False, True, True, False, False]
    assert agreed(then, DALLAS) == [False] * 5 + [True]
    assert agreed(by_now, DALLAS) == [False] + [True] * 5
    theirs = {sender: [one for one in then if one.sender == sender] for sender in (BOSTON, DENVER)}
    for sender, codes in ((BOSTON, [30034] * 6 + [0] * 6), (DENVER, [30034] * 12)):
        assert [one.barred.number if one.barred else 0 for one in theirs[sender]] == codes, sender
    strict = Setting(shipped(), dict.fromkeys(Traffic, Mode.OFF), registration=True)
    (refused, *_, passed) = replay(strict, theirs[BOSTON])
    assert refused.by is not None
    assert (refused.fate, refused.by.rule.id) == (Fate.REFUSED, "registration/30034")
    assert passed.fate is Fate.AT_ONCE


async def test_the_past_of_an_account_is_replayed_on_the_command_line(db: Database, db_url: str) -> None:
    async with api_home(db) as home:
        shop = await open_shop(home)
        path = f"/2010-04-01/Accounts/{shop.opened.sid}/Messages.json"
        for _ in range(3):
            form = {"To": DALLAS, "From": SHOP, "Body": "Sale", "MessageIntent": "marketing"}
            assert (await shop.ask("POST", path, form=form)).status == 201
    about = ("--account", shop.opened.sid)
    words = ("replay", "--mode", "off", "--cap", "1/24h", "--skip", "--mps", f"{SHOP}=3", *about)
    code, output, errors = await tidings(db_url, *words, "--json")
    assert code == 0, errors
    told = json.loads(output)
    assert told["tried"]["messages"] == told["current"]["messages"] == 3
    assert told["tried"]["fates"]["refused"] == 2
    assert told["tried"]["by_rule"] == {"caps/tried/1/24h": 2}
    code, output, _ = await tidings(db_url, *words)
    assert (code, "sent at once" in output) == (0, True)
    for wrong in (("--cap", "many"), ("--mps", "+1=0")):
        assert (await tidings(db_url, "replay", *wrong, *about))[0] == 2
