"""Which messages carriers would block for want of a registration."""

import pytest

from tidings.senders.registration import Standing, registration_gate
from tidings.senders.registration.standing import Rule, rule_of
from tidings.senders.registration.states import BrandState, CampaignState, TollFreeState


def campaign(
    state: CampaignState, *, brand: BrandState = BrandState.APPROVED, mock: bool = False
) -> Standing:
    return Standing(Rule.TEN_DLC, campaign_state=state, brand_state=brand, mock=mock)


def toll_free(state: TollFreeState | None) -> Standing:
    return Standing(Rule.TOLL_FREE, toll_free=state)


@pytest.mark.parametrize(
    ("standing", "destination", "code"),
    [
        (Standing(Rule.TEN_DLC), "US", 30034),
        (Standing(Rule.TEN_DLC), "PR", 30034),
        (Standing(Rule.TEN_DLC), "CA", None),
        (Standing(Rule.TEN_DLC), "GB", None),
        (Standing(Rule.TEN_DLC), "", None),
        (campaign(CampaignState.PENDING), "US", 30034),
        (campaign(CampaignState.IN_PROGRESS), "US", 30034),
        (campaign(CampaignState.VERIFIED), "US", None),
        (campaign(CampaignState.FAILED), "US", 30034),
        (campaign(CampaignState.SUSPENDED), "US", 30033),
        (campaign(CampaignState.SUSPENDED), "CA", None),
        (campaign(CampaignState.VERIFIED, brand=BrandState.SUSPENDED), "US", 30033),
        (campaign(CampaignState.VERIFIED, mock=True), "US", 30034),
        (toll_free(None), "US", 30032),
        (toll_free(None), "CA", 30032),
        (toll_free(None), "GB", None),
        (toll_free(TollFreeState.PENDING_REVIEW), "US", 30032),
        (toll_free(TollFreeState.IN_REVIEW), "US", 30032),
        (toll_free(TollFreeState.REJECTED), "US", 30032),
        (toll_free(TollFreeState.APPROVED), "US", None),
        (toll_free(TollFreeState.APPROVED), "CA", None),
        (Standing(), "US", None),
    ],
)
def test_the_gate(standing: Standing, destination: str, code: int | None) -> None:
    found = registration_gate(standing, destination=destination)
    assert (found.number if found else None) == code


@pytest.mark.parametrize(
    ("sender", "rule"),
    [
        ("+14155550100", Rule.TEN_DLC),
        ("+17875550100", Rule.TEN_DLC),
        ("+18885550100", Rule.TOLL_FREE),
        ("+14165550100", None),
        ("+15005550006", None),
        ("+447700900123", None),
        ("55501", None),
        ("Owl", None),
    ],
)
def test_by_which_registration_a_sender_goes(sender: str, rule: Rule | None) -> None:
    assert rule_of(sender) is rule
