"""The tables of legal moves."""

from collections.abc import Mapping
from typing import Any

import pytest

from tidings.senders.registration.states import (
    BRAND_MOVES,
    CAMPAIGN_MOVES,
    IDENTITY_MOVES,
    TOLL_FREE_MOVES,
    VETTING_MOVES,
    BrandState,
    CampaignState,
    IdentityState,
    TollFreeState,
    VettingState,
    before,
)

TABLES: list[tuple[Any, Mapping[Any, frozenset[Any]]]] = [
    (BrandState, BRAND_MOVES),
    (IdentityState, IDENTITY_MOVES),
    (VettingState, VETTING_MOVES),
    (CampaignState, CAMPAIGN_MOVES),
    (TollFreeState, TOLL_FREE_MOVES),
]


@pytest.mark.parametrize(("states", "moves"), TABLES)
def test_every_state_has_its_row(states: Any, moves: Mapping[Any, frozenset[Any]]) -> None:
    assert set(moves) == set(states)


def test_nothing_is_decided_before_somebody_looked() -> None:
    assert before(BRAND_MOVES, BrandState.FAILED) == ["IN_REVIEW"]
    assert before(CAMPAIGN_MOVES, CampaignState.FAILED) == ["IN_PROGRESS"]
    assert before(TOLL_FREE_MOVES, TollFreeState.APPROVED) == ["IN_REVIEW"]


def test_only_what_was_rejected_is_submitted_again() -> None:
    assert before(BRAND_MOVES, BrandState.PENDING) == ["FAILED"]
    assert before(CAMPAIGN_MOVES, CampaignState.PENDING) == ["FAILED"]
    assert before(TOLL_FREE_MOVES, TollFreeState.PENDING_REVIEW) == ["TWILIO_REJECTED"]
