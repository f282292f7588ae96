"""What the gate makes of consent, by setting, traffic, country and day."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tidings.compliance.consent import (
    UNKNOWN,
    ConsentMode,
    ConsentSetting,
    Known,
    Outgoing,
    RevokeAll,
    Standing,
    decide,
)
from tidings.compliance.consent.entry import Reach
from tidings.compliance.consent.law import parse
from tidings.compliance.consent.standing import ConsentState
from tidings.compliance.packs.faults import BadRows
from tidings.compliance.packs.pack import shipped
from tidings.compliance.verdict import Refused, Traffic

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AFTER_REVOKE_ALL = datetime(2027, 1, 31, tzinfo=UTC)
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
SHOP = "+14155550100"
MARKETING, TRANSACTIONAL, ESSENTIAL = Traffic.MARKETING, Traffic.TRANSACTIONAL, Traffic.ESSENTIAL
GRANTED = (Known("brand", ConsentState.GRANTED, BEFORE, 3, method="web_form"),)
CONFIRMED = (Known("brand", ConsentState.GRANTED, BEFORE, 3, confirmed=True),)
PENDING = (Known("brand", ConsentState.PENDING, BEFORE, 3),)
STOPPED = (Known("+14155550199", ConsentState.REVOKED, BEFORE, 4, Reach.ALL, method="keyword"),)
LEFT = (Known("topic:offers", ConsentState.REVOKED, BEFORE, 5, method="web_form"),)


def outcome(
    standing: Standing,
    traffic: Traffic,
    mode: ConsentMode = ConsentMode.REQUIRE,
    *,
    country: str = "US",
    topic: str | None = None,
    revoke_all: RevokeAll = RevokeAll.BY_LAW,
    at: datetime = NOW,
) -> str:
    """`-` where nothing is said, `refused:` or `noted:` and the rule otherwise."""
    said = decide(
        standing,
        Outgoing(traffic, country, None, SHOP, topic),
        ConsentSetting(mode, revoke_all),
        shipped().consent,
        at=at,
    )
    if said is None:
        return "-"
    if isinstance(said, Refused):
        assert said.code.number == 21610
        return f"refused:{said.applied.rule.id}:{said.applied.saw['consent']}"
    return f"noted:{said.rule.id}:{said.saw['consent']}"


OFF, WARN, REQUIRE = ConsentMode.OFF, ConsentMode.WARN, ConsentMode.REQUIRE


@pytest.mark.parametrize(
    ("standing", "traffic", "mode", "said"),
    [
        (UNKNOWN, MARKETING, OFF, "-"),
        (STOPPED, MARKETING, OFF, "-"),
        (UNKNOWN, MARKETING, WARN, "noted:consent/US/marketing:none"),
        (STOPPED, MARKETING, WARN, "refused:consent/US/marketing:withdrawn"),
        (PENDING, MARKETING, WARN, "noted:consent/US/marketing:pending"),
        (UNKNOWN, MARKETING, REQUIRE, "refused:consent/US/marketing:none"),
        (PENDING, MARKETING, REQUIRE, "refused:consent/US/marketing:pending"),
        (GRANTED, MARKETING, REQUIRE, "noted:consent/US/marketing:granted"),
        (UNKNOWN, TRANSACTIONAL, REQUIRE, "-"),
        (STOPPED, TRANSACTIONAL, REQUIRE, "-"),
        (STOPPED, ESSENTIAL, REQUIRE, "-"),
    ],
)
def test_consent_is_asked_of_marketing_by_setting(
    standing: Standing, traffic: Traffic, mode: ConsentMode, said: str
) -> None:
    assert outcome(standing, traffic, mode) == said


def test_one_stop_ends_transactional_messages_too_from_the_day_the_law_says_so_or_by_the_switch() -> None:
    assert outcome(STOPPED, TRANSACTIONAL, at=AFTER_REVOKE_ALL) == "refused:consent/US/revoke_all:withdrawn"
    assert outcome(STOPPED, TRANSACTIONAL, at=AFTER_REVOKE_ALL, country="FR") == "-"
    assert outcome(STOPPED, TRANSACTIONAL, at=AFTER_REVOKE_ALL, revoke_all=RevokeAll.OFF) == "-"
    assert outcome(STOPPED, TRANSACTIONAL, revoke_all=RevokeAll.ON) == "refused:consent/revoke_all:withdrawn"
    assert outcome(STOPPED, ESSENTIAL, revoke_all=RevokeAll.ON) == "-"
    back = (*STOPPED, Known("brand", ConsentState.GRANTED, NOW, 9))
    assert outcome(back, TRANSACTIONAL, revoke_all=RevokeAll.ON) == "-"


def test_who_left_a_topic_hears_nothing_of_it_but_of_the_rest() -> None:
    assert outcome(LEFT, TRANSACTIONAL, topic="offers") == "refused:consent/topic:withdrawn"
    assert outcome(LEFT, TRANSACTIONAL, topic="orders") == "-"


def test_the_verdict_names_the_entry_the_law_and_its_source() -> None:
    noted = decide(
        GRANTED, Outgoing(MARKETING, "DE", UUID(int=1), SHOP), ConsentSetting(), shipped().consent, at=NOW
    )
    assert noted is not None
    assert not isinstance(noted, Refused)
    assert noted.saw == {
        "consent": "granted",
        "scope": "brand",
        "since": "2026-01-01T00:00:00.000000Z",
        "entry": "3",
        "method": "web_form",
    }
    assert noted.rule.source.startswith("UWG § 7")


def test_a_country_without_a_row_asks_for_consent() -> None:
    assert outcome(UNKNOWN, MARKETING, country="ZZ") == "refused:consent/*/marketing:none"
    assert outcome(UNKNOWN, MARKETING, country="") == "refused:consent/*/marketing:none"
    assert outcome(CONFIRMED, MARKETING, country="DE") == "noted:consent/DE/marketing:confirmed"


ROW = {
    "country": "*",
    "asks": "opt_in",
    "basis": "binding",
    "revoke_all_from": "",
    "rule": "r",
    "source": "s",
    "confidence": "high",
    "as_of": "2026",
}


def test_rows_that_cannot_be_right_are_refused_all_at_once() -> None:
    wrong = [
        ROW,
        ROW | {"country": "USA", "asks": "maybe"},
        ROW | {"country": "US", "revoke_all_from": "soon", "source": ""},
        ROW,
    ]
    with pytest.raises(BadRows) as refused:
        parse(wrong)
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [
        (3, "country"),
        (3, "asks"),
        (4, "revoke_all_from"),
        (4, "source"),
        (5, "country"),
    ]
    with pytest.raises(BadRows, match=r"write one for \*"):
        parse([ROW | {"country": "US"}])
