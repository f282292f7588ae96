"""The linter: what carriers and countries let through."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compliance.content.builders import LINTER, envelope, found, sender_id, short_code

from tidings.compliance.content import Envelope, Severity
from tidings.compliance.countries import shipped
from tidings.compliance.verdict import Traffic
from tidings.senders.sender import Kind

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTICE
STOP = " Reply STOP to opt out."
PLAIN = {"traffic": Traffic.TRANSACTIONAL, "brands": ()}


def test_a_text_that_keeps_to_the_rules_is_clean() -> None:
    text = "Acme Coffee: 20% off all beans today. Order at https://acme.example/beans. Reply STOP to opt out."
    assert found(text, envelope()) == {}
    assert found("Your Acme code is 123456. Do not share it.", envelope(traffic=Traffic.ESSENTIAL)) == {}


TEXTS: list[tuple[str, Envelope, dict[str, Severity]]] = [
    # Subjects: barred in a country, limited in it, or delicate everywhere.
    ("Acme: fresh edibles at our dispensary." + STOP, envelope(), {"topic/cannabis": E}),
    ("Acme: payday loans, no questions." + STOP, envelope(), {"topic/high_risk_lending": E}),
    ("Acme: cold beer tonight." + STOP, envelope(), {"topic/alcohol": W}),
    ("Acme: Casino night!" + STOP, envelope(), {"topic/gambling": W}),
    ("Acme: Casino night. Reply STOP", sender_id("Acme", "GB"), {}),
    ("Acme: handguns." + STOP, sender_id("Acme", "GB"), {"topic/firearms": W}),
    ("Acme: 博彩 退订回T", short_code("CN"), {"topic/gambling": E}),
    ("Acme: Casino en ligne. STOP au 36111", short_code("FR"), {"topic/gambling": E}),
    ("Acme: we have a begun gunnery tour, beerless." + STOP, envelope(), {}),
    ("Acme: time slots on Monday, Jesus." + STOP, envelope(), {}),
    # Links.
    ("Acme: see bit.ly/3xYz." + STOP, envelope(), {"link/short": E}),
    ("Acme: see https://BIT.ly/3xYz" + STOP, envelope(), {"link/short": E}),
    ("Acme: see bit.ly/3xYz." + STOP, sender_id("Acme", "DE"), {"link/short": W}),
    ("Acme: orbit.ly is not one." + STOP, envelope(), {}),
    ("Acme: see acme.example 退订回T", short_code("CN"), {"link/any": E}),
    ("Acme: see www.acme.example STOP", sender_id("Acme", "GB"), {"link/registered": N}),
    ("Acme: wa.me/14155550100 STOP", sender_id("AD-Acme", "AE"), {"link/chat": E, "link/registered": N}),
    # Numbers in the text.
    ("Acme: call 03-1234-5678 停止", short_code("JP"), {"phone/any": E}),
    ("Acme: call 03-1234-5678" + STOP, envelope(), {}),
    # Opt-out and brand, of marketing alone.
    ("Acme: 20% off.", envelope(), {"opt-out/missing": E}),
    ("Acme: 20% off, don't stop.", envelope(), {"opt-out/missing": E}),
    ("Acme: 20% off.", short_code("PE"), {"opt-out/missing": W}),
    ("Acme: 20% de descuento. Responda BAJA", short_code("CO"), {}),
    ("Acme: -20% samedi. STOP au 36111", short_code("FR"), {}),
    ("20% off." + STOP, envelope(), {"brand/missing": E}),
    ("20% off." + STOP, envelope(brands=()), {"brand/missing": W}),
    ("Shop now at Acme." + STOP, envelope(brands=()), {}),
    ("20% off a.c.m.e. things." + STOP, envelope(), {}),
    ("20% off. STOP", sender_id("ACME", "DE"), {}),
    ("Your parcel comes at 5 pm.", envelope(**PLAIN), {}),
    ("Your parcel comes at 5 pm.", envelope(traffic=Traffic.TRANSACTIONAL), {"brand/missing": E}),
    # What a country's texts begin with.
    ("Acme: sale 수신거부 080-123-4567", envelope(country="KR"), {"begins/mark": E}),
    ("(광고) Acme: sale 수신거부 080-123-4567", envelope(country="KR"), {}),
    ("Acme: paid.", short_code("MY", traffic=Traffic.TRANSACTIONAL), {"begins/mark": W}),
    ("RM0 Acme: paid.", short_code("MY", traffic=Traffic.TRANSACTIONAL), {}),
    # Style and encoding.
    ("ACME: EVERYTHING MUST GO TODAY. REPLY STOP TO OPT OUT", envelope(), {"style/capitals": W}),
    ("Acme: 20% off!!!" + STOP, envelope(), {"style/marks": N}),
    ("Acme: it’s on." + STOP, envelope(), {"encoding/ucs2": N}),
    ("Acme: it’s on, " + "and on " * 12 + STOP, envelope(), {"encoding/ucs2": W}),
    ("Акме: скидка, ответьте СТОП", short_code("KZ", brands=("Акме",)), {}),
    ("Acme: ¿20%? Responda STOP —", short_code("UY"), {"encoding/unsupported": E, "encoding/ucs2": N}),
    ("Acme: " + "word " * 100 + "STOP", envelope(country="TH", sender_country="TH"), {"length/parts": W}),
    # What a country does not take at all.
    ("Acme: sale." + STOP, sender_id("Acme", "ET"), {"traffic/marketing": E}),
]


@pytest.mark.parametrize(("text", "of", "expected"), TEXTS, ids=[text[:40] for text, _, _ in TEXTS])
def test_a_text_breaks_these_rules(text: str, of: Envelope, expected: dict[str, Severity]) -> None:
    assert {rule: how for rule, how in found(text, of).items() if not rule.startswith("sender/")} == expected


SENDERS: list[tuple[Envelope, dict[str, Severity]]] = [
    (envelope(), {}),
    (sender_id("Acme", "US"), {"sender/kind": E}),
    (short_code("US"), {}),
    (short_code("CH"), {"sender/kind": E}),
    (envelope(country="FR"), {}),
    (envelope(country="CN"), {"sender/kind": N}),
    (envelope(country="IN", sender_country="IN"), {"sender/kind": E}),
    (sender_id("Acme", "DE"), {}),
    (sender_id("Acme", "VN"), {"sender/registration": W}),
    (sender_id("INFO", "GB"), {"sender/generic": E}),
    (sender_id("info", "QA", traffic=Traffic.ESSENTIAL), {"sender/registration": W, "sender/generic": W}),
    (sender_id("Acme", "AE"), {"sender/registration": W, "sender/promotion": E}),
    (sender_id("AD-Acme", "AE"), {"sender/registration": W}),
    (sender_id("Acme", "AE", traffic=Traffic.TRANSACTIONAL), {"sender/registration": W}),
    (envelope(country="CL", sender_country="CL"), {"sender/marketing": E}),
    (envelope(country="CL", sender_country="CL", traffic=Traffic.ESSENTIAL), {}),
    (sender_id("Acme", "ZZ"), {}),
    (envelope(country=""), {}),
]


@pytest.mark.parametrize(("of", "expected"), SENDERS, ids=[f"{of.sender}-{of.country}" for of, _ in SENDERS])
def test_a_sender_breaks_these_rules(of: Envelope, expected: dict[str, Severity]) -> None:
    rules = found("Acme: hello." + STOP, of)
    assert {rule: how for rule, how in rules.items() if rule.startswith("sender/")} == expected


def test_a_finding_says_what_it_saw_whose_rule_it_is_and_what_to_do() -> None:
    (finding,) = LINTER.lint("Acme: fresh edibles today." + STOP, envelope())
    assert finding.saw == "edibles"
    assert finding.country == "US"
    assert finding.source
    assert finding.says == "It is about cannabis, which carriers of United States block."
    assert finding.remedy


def test_the_worst_comes_first() -> None:
    severities = [
        one.severity for one in LINTER.lint("BEER!!! EVERYTHING MUST GO TODAY bit.ly/x", envelope())
    ]
    assert severities == sorted(severities, key=[E, W, N].index)
    assert len(severities) >= 5


def test_a_cost_is_told_in_segments() -> None:
    text = "Acme: it’s on, " + "and on " * 12 + STOP
    (finding,) = LINTER.lint(text, envelope())
    assert (
        finding.says == "It has characters that force UCS-2, at the cost of 1 more segment: 2 instead of 1."
    )
    assert finding.saw == "’"


@settings(max_examples=200)
@given(
    st.text(max_size=300),
    st.sampled_from(sorted(shipped())),
    st.sampled_from(Traffic),
    st.sampled_from(Kind),
    st.sampled_from(["", "+14155550100", "Acme"]),
)
def test_any_text_can_be_looked_at_and_is_found_the_same_twice(
    text: str, country: str, traffic: Traffic, kind: Kind, sender: str
) -> None:
    of = Envelope(country, traffic, sender, kind)
    first = LINTER.lint(text, of)
    assert LINTER.lint(text, of) == first
    assert all(one.says and one.remedy and one.source for one in first)
    assert len({one.rule for one in first}) == len(first)
