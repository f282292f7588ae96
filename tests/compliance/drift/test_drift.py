"""How far texts stray from what was registered for a campaign."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.senders.registration.builders import a_campaign

from tidings.compliance.drift import Level, drift_of
from tidings.compliance.drift.distance import distance, grams_of
from tidings.compliance.drift.drift import FAR

SAMPLES = (
    "Owl & Co.: your appointment is on Friday at 10:00. Reply STOP to opt out.",
    "Owl & Co.: your appointment has moved to Monday at 9:00.",
    "Hi [name], your order [number] has shipped and will arrive on [date].",
)
LIKE = [
    "Owl & Co.: your appointment is on Tuesday at 14:30 with Dr. Maria Gonzalez. Reply STOP to opt out.",
    "Owl & Co: we look forward to seeing you tomorrow for your appointment",
    "Hi Bartholomew, your order 8837-11 has shipped and will arrive on 3 Dec.",
    "Reminder: Owl & Co. appointment Friday 10:00, reply C to confirm",
]
UNLIKE = [
    "Vote yes on proposition 12 this Tuesday. Polls open at 7",
    "Hey it's Sam, are we still on for dinner tonight?",
    "WIN a free cruise, claim your prize",
]
CAMPAIGN = a_campaign(samples=SAMPLES)


def levels(*texts: str, **changed: object) -> tuple[Level, list[str]]:
    drift = drift_of(a_campaign(**{"samples": SAMPLES, **changed}), texts)
    return drift.level, [one.rule for one in drift.oddities]


@pytest.mark.parametrize("text", LIKE)
def test_other_words_of_the_same_matter_are_near(text: str) -> None:
    assert distance(grams_of(text), [grams_of(sample) for sample in SAMPLES]) < FAR


@pytest.mark.parametrize("text", UNLIKE)
def test_another_matter_is_far(text: str) -> None:
    assert distance(grams_of(text), [grams_of(sample) for sample in SAMPLES]) >= FAR


def test_a_campaign_that_sends_what_it_registered_is_fine() -> None:
    assert levels(*LIKE * 10) == (Level.FINE, [])


def test_with_few_texts_nothing_can_be_said() -> None:
    assert levels() == (Level.UNKNOWN, [])
    assert levels(*UNLIKE)[0] is Level.UNKNOWN


def test_a_quarter_of_unlike_texts_is_borne_and_more_is_not() -> None:
    assert levels(*LIKE * 15, *UNLIKE * 6)[0] is Level.FINE
    assert levels(*LIKE * 10, *UNLIKE * 6) == (Level.STRAYING, ["drift/wording"])


def test_codes_that_turn_into_marketing_stray() -> None:
    code, sale = "Your Owl code is 123456", "Owl: 20% off with code SAVE, shop now"
    campaign = {"use_case": "2FA", "samples": (code, "Your Owl sign-in code is 654321")}
    assert levels(*[code] * 30, **campaign) == (Level.FINE, [])
    level, rules = levels(*[code] * 28, sale, sale, **campaign)
    assert (level, rules) == (Level.STRAYING, ["drift/marketing"])
    level, rules = levels(*[code] * 28, *["Owl: hello there, how are you today?"] * 2, **campaign)
    assert (level, rules) == (Level.STRAYING, ["drift/codes"])


def test_links_numbers_and_subjects_that_were_not_registered_stray() -> None:
    texts = [
        *LIKE * 10,
        *["Owl & Co.: your appointment, see https://owl.example/a"] * 4,
        *["Owl & Co.: your appointment, call 415-555-0100"] * 3,
        *["Owl & Co.: your wine appointment"] * 5,
    ]
    assert levels(*texts) == (Level.STRAYING, ["drift/topic/alcohol", "drift/links", "drift/phones"])
    allowed = {"has_embedded_links": True, "has_embedded_phone": True, "age_gated": True}
    assert levels(*texts, **allowed) == (Level.FINE, [])


def test_an_oddity_has_its_share_an_example_and_a_remedy() -> None:
    (oddity,) = drift_of(CAMPAIGN, [*LIKE * 10, *UNLIKE * 6]).oddities
    assert oddity.share == pytest.approx(18 / 58)
    assert oddity.says == "31% of its texts are unlike every sample."
    assert oddity.example in UNLIKE
    assert oddity.remedy


@settings(max_examples=100)
@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=4))
def test_a_distance_lies_between_nothing_and_all_and_a_sample_is_at_none(
    text: str, others: list[str]
) -> None:
    grams = grams_of(text)
    assert 0.0 <= distance(grams, [grams_of(other) for other in others]) <= 1.0
    assert distance(grams, [*map(grams_of, others), grams]) == pytest.approx(0.0)
