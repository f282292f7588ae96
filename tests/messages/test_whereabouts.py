"""What a request says of where its recipient is counts whenever the message is judged."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.messages.builders import draft
from tests.messages.pools import acceptance_on, account_of, now, service_with
from tests.messages.test_through_services import BOSTON, DENVER, Shop, come_due

from tidings.compliance.gate import GateSettings
from tidings.compliance.judge import quiet_hours_by
from tidings.compliance.profiles import Profile
from tidings.compliance.quiet_hours import shipped
from tidings.kernel.outcomes import Refused
from tidings.messages.compose import compose
from tidings.messages.judging import Judging, question_of
from tidings.runtime.database import Database

AUSTIN = "+15125550123"
AT = datetime(2026, 11, 24, 18, tzinfo=UTC)


async def test_it_is_kept_with_a_message_that_waits(db: Database) -> None:
    account = await account_of(db)
    service = await service_with(db, account, [BOSTON, DENVER])
    async with acceptance_on(db, judging=Judging([quiet_hours_by(shipped())])) as acceptance:
        shop = Shop(db, acceptance, account, service)
        due = now() + timedelta(hours=1)
        said = {"zone": "America/Adak"}
        waits = await shop.send(priority=2, recipient=AUSTIN, send_at=due, whereabouts=said)
        assert await shop.scalar("select whereabouts from messages") == said
        await come_due(shop, waits, due)
        assert await shop.scalar("select whereabouts from messages") == said
        (saw,) = {
            (one["saw"]["zones"], one["saw"]["zones_by"])
            for one in (await shop.scalar("select verdict from messages"))["applied"]
        }
    assert saw == ("America/Adak", "zone")


@pytest.mark.parametrize(
    ("form", "whereabouts", "states"),
    [
        ({"RecipientState": "FL"}, {"state": "FL"}, {"US-TX", "US-FL"}),
        ({"RecipientPostalCode": " 10001 "}, {"postal_code": "10001"}, {"US-TX", "US-NY"}),
        ({"RecipientState": ""}, None, {"US-TX"}),
    ],
)
def test_the_state_of_the_number_and_that_of_the_request_both_count(
    form: dict[str, str], whereabouts: dict[str, str] | None, states: set[str]
) -> None:
    plain = {"To": AUSTIN, "From": BOSTON, "Body": "Hi"}
    composed = compose({name: [text] for name, text in (plain | form).items()}, now=AT)
    assert not isinstance(composed, Refused)
    assert composed.options.whereabouts == whereabouts
    asked = question_of(draft(recipient=AUSTIN, whereabouts=whereabouts), at=AT, settings=GateSettings())
    assert set(asked.place.states) == states


def test_what_is_said_counts_before_the_profile() -> None:
    profile = Profile(AUSTIN, zone="America/Adak", state="AK")
    there = draft(recipient=AUSTIN, whereabouts={"zone": "America/New_York"})
    place = question_of(there, at=AT, settings=GateSettings(), profile=profile).place
    assert place.zones == ("America/New_York",)
    assert "US-AK" in place.states


@pytest.mark.parametrize(
    ("field", "text"),
    [("RecipientState", "Florida!"), ("RecipientTimeZone", "EST"), ("RecipientPostalCode", "1")],
)
def test_a_wrong_one_is_refused_by_its_name(field: str, text: str) -> None:
    refused = compose({"To": [AUSTIN], "From": [BOSTON], "Body": ["Hi"], field: [text]}, now=AT)
    assert isinstance(refused, Refused)
    assert field in refused.message
