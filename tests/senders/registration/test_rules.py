"""By what the embedded registry approves and rejects."""

from typing import Any
from uuid import UUID

import pytest
from tests.senders.registration.builders import a_brand, a_campaign, a_verification

from tidings.senders.registration.brand import BrandType
from tidings.senders.registration.reasons import may_be_mended
from tidings.senders.registration.registry import BrandApproved, Rejected
from tidings.senders.registration.rules import judge_brand, judge_campaign, judge_toll_free
from tidings.senders.registration.states import IdentityState

STOP = " Reply STOP to opt out."
REMINDER, MOVED = "Owl & Co.: see you on Friday at 10:00." + STOP, "Owl & Co.: we meet on Monday instead."


def profile(tail: str) -> UUID:
    return UUID("2" * 28 + tail)


def codes(**changed: Any) -> list[int]:
    return [one.code for one in judge_campaign(a_campaign(**changed), a_brand(), frozenset())]


def test_a_campaign_in_order_is_approved() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({"description": "Reminders."}, [30886]),
        ({"description": " " * 60 + "x"}, [30886]),
        ({"message_flow": "On the website."}, [30909]),
        ({"message_flow": "We got the numbers from a friend of ours in town."}, [30909]),
        ({"message_flow": "Customers tick the box under their order on our site."}, []),
        ({"opt_in_keywords": ("START",)}, [30909]),
        ({"opt_in_keywords": ("START",), "opt_in_message": "You are in. Reply STOP to leave."}, []),
        ({"samples": (REMINDER,)}, [30893]),
        ({"samples": ()}, [30893, 30887]),
        ({"samples": (REMINDER, MOVED, MOVED + "!", MOVED + "?", MOVED + ".", MOVED + "-")}, [30893]),
        ({"samples": (REMINDER, "Hi.")}, [30893]),
        ({"samples": (REMINDER, REMINDER)}, [30893]),
        ({"samples": (MOVED, "Owl & Co.: we open at nine on Tuesday.")}, [30887]),
        (
            {
                "samples": (REMINDER, "Owl & Co.: STOP by on Monday, we are open."),
                "use_case": "CUSTOMER_CARE",
            },
            [],
        ),
        ({"opt_out_keywords": ("STOP",)}, [30887]),
        ({"samples": (REMINDER, "See https://owl.example/x for the way to us.")}, [30893]),
        (
            {
                "samples": (REMINDER, "See https://owl.example/x for the way to us."),
                "has_embedded_links": True,
            },
            [],
        ),
        ({"has_embedded_links": True}, [30893]),
        (
            {"samples": (REMINDER, "See bit.ly/owl for the way to our shop."), "has_embedded_links": True},
            [30893],
        ),
        ({"samples": (REMINDER, "Call +1 (415) 555-0100 to change it.")}, [30889]),
        ({"has_embedded_phone": True}, [30889]),
        ({"samples": (REMINDER, "Owl & Co.: 20% off all hoots this weekend.")}, [30893]),
        ({"samples": (REMINDER, "Owl & Co.: 20% off all hoots this weekend."), "use_case": "MARKETING"}, []),
        (
            {
                "samples": ("Your code is 123456." + STOP, "Your login code is 654321."),
                "use_case": "MARKETING",
            },
            [30893],
        ),
        ({"samples": ("Your Owl code is 123456.", "Use 654321 to log in to Owl."), "use_case": "2FA"}, []),
        ({"samples": ("Your Owl code is 123456.", MOVED), "use_case": "2FA"}, [30893]),
        ({"samples": (REMINDER, "Owl & Co.: your CBD gummies are ready.")}, [30897]),
        ({"samples": (REMINDER, "Owl & Co.: your bottle of wine is ready.")}, [30897]),
        ({"samples": (REMINDER, "Owl & Co.: your bottle of wine is ready."), "age_gated": True}, []),
        ({"samples": (REMINDER, "Owl & Co.: your mortgage papers are ready.")}, [30897]),
        ({"samples": (REMINDER, "Owl & Co.: your mortgage papers are ready."), "direct_lending": True}, []),
        (
            {"samples": (REMINDER, "Owl & Co.: your payday loan is waiting."), "direct_lending": True},
            [30897],
        ),
        ({"use_case": "POLITICAL"}, [30900]),
        ({"use_case": "CHARITY"}, [30900]),
        ({"use_case": "EMERGENCY"}, [30900]),
        (
            {"description": "Too short.", "samples": (MOVED,), "message_flow": "No."},
            [30886, 30909, 30893, 30887],
        ),
    ],
)
def test_a_campaign_is_rejected_for_each_rule_that_it_breaks(
    changed: dict[str, Any], reasons: list[int]
) -> None:
    assert codes(**changed) == reasons


def test_a_reason_says_what_is_wrong_and_where() -> None:
    (reason,) = judge_campaign(a_campaign(description="Reminders."), a_brand(), frozenset())
    assert reason.fields == ("DESCRIPTION",)
    assert "fewer than 40 characters" in reason.description


def test_special_use_cases_are_open_to_brands_that_qualify() -> None:
    charity = a_brand(tax_exempt_status="501c3")
    assert judge_campaign(a_campaign(use_case="CHARITY"), charity, frozenset()) == []
    state = a_brand(government=True)
    assert judge_campaign(a_campaign(use_case="EMERGENCY"), state, frozenset()) == []
    assert judge_campaign(a_campaign(use_case="POLITICAL"), a_brand(), frozenset({"POLITICAL"})) == []


def test_the_campaign_of_a_mock_brand_is_not_looked_at() -> None:
    assert codes(mock=True, description="", samples=()) == []


def test_what_is_found_about_a_brand_stands_in_the_last_digits_of_its_profile() -> None:
    def found(tail: str, **changed: Any) -> BrandApproved:
        verdict = judge_brand(a_brand(a2p_profile=profile(tail), **changed))
        assert isinstance(verdict, BrandApproved)
        return verdict

    assert (found("2222").score, found("2222").identity) == (75, IdentityState.VETTED_VERIFIED)
    assert [found(tail).score for tail in ("f042", "f000", "f100", "f101", "fade")] == [42, 0, 100, 75, 75]
    assert found("3000").russell_3000
    assert found("9000").government
    assert found("5013").tax_exempt_status == "501c3"
    low = found("f042", skip_vetting=True)
    assert (low.score, low.identity) == (None, IdentityState.VERIFIED)
    alone = found("f042", type=BrandType.SOLE_PROPRIETOR)
    assert (alone.score, alone.identity) == (None, IdentityState.UNVERIFIED)
    assert len(found("2222").registry_id) == 7


def test_a_brand_that_cannot_be_verified_is_rejected_unless_it_is_a_mock() -> None:
    verdict = judge_brand(a_brand(a2p_profile=profile("0001")))
    assert isinstance(verdict, Rejected)
    assert [one.code for one in verdict.reasons] == [30799]
    mock = judge_brand(a_brand(a2p_profile=profile("0001"), mock=True))
    assert isinstance(mock, BrandApproved)
    assert mock.score is None


@pytest.mark.parametrize(
    ("said", "reasons", "mendable"),
    [
        ({}, [], True),
        ({"business_website": "owl"}, [30445], True),
        ({"business_website": "https://www.facebook.com/owl"}, [30445], True),
        ({"notification_email": "texts at owl"}, [30452], True),
        ({"business_contact_email": "owl@nest"}, [30452], True),
        ({"use_case_summary": "Reminders."}, [30445], True),
        ({"business_type": "PRIVATE_PROFIT"}, [30445], True),
        ({"business_type": "PRIVATE_PROFIT", "business_registration_number": "12-3456789"}, [], True),
        ({"business_type": "SOLE_PROPRIETOR"}, [], True),
        ({"business_street_address": "1 Oak Lane"}, [30451], True),
        ({"opt_in_image_urls": ["opt-in.png"]}, [30446], True),
        ({"opt_in_type": "IMPORT_PLEASE_REPLACE"}, [30446], True),
        ({"production_message_sample": "Hello"}, [30442], True),
        ({"production_message_sample": "See bit.ly/owl for your new appointment."}, [30449], True),
        ({"production_message_sample": "Owl & Co.: 20% off all hoots today."}, [30442], True),
        (
            {
                "production_message_sample": "Owl & Co.: 20% off all hoots today.",
                "use_case_categories": ["MARKETING"],
            },
            [30442],
            True,
        ),
        (
            {
                "production_message_sample": "Owl & Co.: 20% off all hoots today." + STOP,
                "use_case_categories": ["MARKETING"],
            },
            [],
            True,
        ),
        ({"production_message_sample": "Owl & Co.: your bottle of wine is ready."}, [30448], True),
        (
            {
                "production_message_sample": "Owl & Co.: your bottle of wine is ready.",
                "age_gated_content": True,
            },
            [],
            True,
        ),
        ({"production_message_sample": "Owl & Co.: your cannabis order is ready."}, [30459], False),
        ({"production_message_sample": "Owl & Co.: your handgun order is ready."}, [30457], False),
        ({"production_message_sample": "Owl & Co.: your vape order is ready now."}, [30458], False),
        ({"production_message_sample": "Owl Casino: your table is ready now."}, [30443], False),
        ({"production_message_sample": "Owl: debt relief for you, call us today."}, [30444], False),
    ],
)
def test_a_toll_free_number_is_rejected_for_each_rule_that_it_breaks(
    said: dict[str, Any], reasons: list[int], mendable: bool
) -> None:
    found = judge_toll_free(a_verification(**said))
    assert [one.code for one in found] == reasons
    assert may_be_mended(tuple(found)) is mendable
