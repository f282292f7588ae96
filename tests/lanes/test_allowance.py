"""What carriers allow: by kind of sender, destination, registration and network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import SUPPORTED_REGIONS

from tidings.lanes.allowance import PACIFIC, Allowance, DailyLimit, Network, Registered, allowance_of
from tidings.senders import Kind

countries = st.sampled_from(sorted(SUPPORTED_REGIONS))
kinds = st.sampled_from([kind.value for kind in Kind])
networks = st.sampled_from([None, *Network])
brands = st.builds(
    Registered,
    campaign=st.just("CM1"),
    brand=st.just("BN1"),
    brand_type=st.sampled_from(
        ["standard", "low_volume_standard", "sole_proprietor", "russell_3000", "government", "never heard of"]
    ),
    trust_score=st.none() | st.integers(1, 100),
    use_case=st.sampled_from(
        ["", "MARKETING", "MIXED", "2FA", "LOW_VOLUME", "CHARITY", "POLITICAL", "SOCIAL"]
    ),
)


def campaign(network: str | None = None, **brand: object) -> Allowance:
    registered = Registered(campaign="CM1", brand="BN1", **brand)  # type: ignore[arg-type]
    return allowance_of(kind="long_code", destination="US", registered=registered, network=network)


@pytest.mark.parametrize(
    ("kind", "sender_country", "destination", "mps"),
    [
        ("short_code", "US", "US", 100),
        ("short_code", "CA", "CA", 100),
        ("short_code", "GB", "GB", 100),
        ("short_code", "FR", "FR", 10),
        ("toll_free", "US", "US", 3),
        ("toll_free", "US", "CA", 3),
        ("long_code", "US", "CA", 1),
        ("long_code", "GB", "GB", 10),
        ("long_code", "US", "FR", 10),
        ("long_code", "CL", "CL", 0.16),
        ("long_code", "MX", "MX", 0.075),
        ("alphanumeric", "", "DE", 10),
    ],
)
def test_each_kind_of_sender_has_what_carriers_grant_it_by_destination(
    kind: str, sender_country: str, destination: str, mps: float
) -> None:
    allowed = allowance_of(kind=kind, sender_country=sender_country, destination=destination)
    assert allowed.mps == mps
    assert allowed.blocked is None
    assert allowed.source


def test_what_a_carrier_granted_a_sender_goes_before_the_tables() -> None:
    assert allowance_of(kind="toll_free", destination="US", granted_mps=25).mps == 25


def test_us_carriers_block_what_is_not_registered() -> None:
    unregistered = allowance_of(kind="long_code", destination="US")
    assert unregistered.blocked is not None
    assert unregistered.blocked.number == 30034
    unverified = allowance_of(kind="toll_free", destination="CA", verified=False)
    assert unverified.blocked is not None
    assert unverified.blocked.number == 30032


@pytest.mark.parametrize(
    ("score", "major", "other", "total", "daily"),
    [
        (100, 75, 8, 225, 200_000),
        (75, 75, 8, 225, 200_000),
        (74, 40, 8, 120, 40_000),
        (50, 40, 8, 120, 40_000),
        (49, 4, 4, 12, 10_000),
        (25, 4, 4, 12, 10_000),
        (24, 4, 4, 12, 2_000),
        (1, 4, 4, 12, 2_000),
        (None, 4, 4, 12, 2_000),
    ],
)
def test_a_campaign_has_its_mps_by_network_and_its_brands_day_by_trust_score(
    score: int | None, major: float, other: float, total: float, daily: int
) -> None:
    for network in (Network.ATT, Network.TMOBILE, Network.VERIZON):
        assert campaign(network, trust_score=score).mps == major
    assert campaign(Network.OTHER, trust_score=score).mps == other
    rates = campaign(trust_score=score).rates
    assert rates is not None
    assert rates.total == total
    day = (DailyLimit("tmobile>BN1", daily, PACIFIC),)
    assert campaign(Network.TMOBILE, trust_score=score).daily == day
    assert campaign(Network.ATT, trust_score=score).daily == ()


@given(brands, networks)
def test_a_number_of_an_unknown_network_gets_the_strictest_of_all(
    registered: Registered, network: Network | None
) -> None:
    def of(network: str | None) -> Allowance:
        return allowance_of(kind="long_code", destination="US", registered=registered, network=network)

    unknown, known = of(None), of(network)
    assert unknown.mps <= known.mps
    assert set(known.daily) <= set(unknown.daily)
    assert known.rates == unknown.rates


def test_a_sole_proprietors_campaign_has_one_mps_in_all_and_15_segments_a_minute_at_att() -> None:
    att, tmobile = (
        campaign(network, brand_type="sole_proprietor") for network in (Network.ATT, Network.TMOBILE)
    )
    assert att.rates is not None
    assert (att.rates.total, att.mps * 60, tmobile.mps) == (1, 15, 1)
    assert {limit.name: limit.segments for limit in tmobile.daily} == {"tmobile>BN1": 1000, "all>BN1": 3000}


def test_low_volume_mixed_campaigns_have_the_least_and_a_government_has_no_cap_at_t_mobile() -> None:
    small = campaign(Network.VERIZON, brand_type="low_volume_standard", use_case="LOW_VOLUME")
    assert small.mps == 1.25
    assert [(limit.name, limit.segments) for limit in small.daily] == [("all>BN1", 6000)]
    assert campaign(Network.TMOBILE, brand_type="government").daily == ()


def test_use_cases_of_a_class_of_their_own_change_what_att_takes_and_nothing_else() -> None:
    political = campaign(Network.ATT, trust_score=80, use_case="POLITICAL")
    assert political.mps == 50
    assert campaign(Network.TMOBILE, trust_score=80, use_case="POLITICAL").mps == 75


def test_a_campaign_decides_in_the_us_alone() -> None:
    registered = Registered(campaign="CM1", brand="BN1", trust_score=90)
    abroad = allowance_of(kind="long_code", destination="GB", registered=registered)
    assert (abroad.mps, abroad.rates) == (10, None)


def test_malaysia_counts_a_numbers_segments_by_the_day() -> None:
    (limit,) = allowance_of(kind="long_code", destination="MY", sender="+60123456789").daily
    assert limit == DailyLimit("+60123456789>MY", 200, "Asia/Kuala_Lumpur")


@given(kinds, countries, countries, brands | st.none(), networks, st.booleans())
def test_there_is_an_answer_for_every_sender_and_destination(
    kind: str,
    sender_country: str,
    destination: str,
    registered: Registered | None,
    network: Network | None,
    verified: bool,
) -> None:
    allowed = allowance_of(
        kind=kind,
        sender_country=sender_country,
        destination=destination,
        registered=registered,
        network=network,
        verified=verified,
    )
    assert allowed.mps > 0
    if allowed.rates is not None:
        assert allowed.mps <= allowed.rates.total
