"""When a message shall leave, as a form says it. Twilio's own refusals are in tests/spec/messages.create.yaml too."""

from datetime import UTC, datetime, timedelta

import pytest

from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import PhoneNumber, ShortCode
from tidings.messages.schedule import Schedule, schedule_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NEW_YORK, ANYWHERE, LONDON, GEORGIA = "+12125550199", "+18885550199", "+447400123999", "+14045550199"
TEN = "2026-12-01T10:00"


def schedule(to: str = NEW_YORK, **form: str) -> Schedule | Refused | None:
    recipient = PhoneNumber.parse(to) or ShortCode.parse(to)
    assert recipient is not None
    usual = {"ScheduleType": "fixed", "MessagingServiceSid": "MG" + "a" * 32}
    return schedule_of({key: [value] for key, value in (usual | form).items()}, recipient, now=NOW)


def leaves(to: str = NEW_YORK, **form: str) -> str:
    found = schedule(to, **form)
    assert isinstance(found, Schedule), found
    return f"{found.send_at:%dT%H:%M}"


def refused(to: str = NEW_YORK, **form: str) -> tuple[int, str]:
    found = schedule(to, **form)
    assert isinstance(found, Refused), found
    return found.code.number, found.message


@pytest.mark.parametrize(
    ("to", "said", "at"),
    [
        (NEW_YORK, {}, "01T15:00"),
        (LONDON, {}, "01T10:00"),
        ("+61412345678", {}, "01T02:00"),  # a mobile of Australia: Perth is last
        ("+18502340199", {}, "01T16:00"),  # Florida's west: Central
        (ANYWHERE, {}, "01T21:00"),  # toll-free: American Samoa is last
        (ANYWHERE, {"RecipientState": "TX"}, "01T17:00"),  # El Paso is in the Mountain zone
        (ANYWHERE, {"RecipientPostalCode": "77001"}, "01T16:00"),  # Houston is not
        (NEW_YORK, {"RecipientTimeZone": "Europe/Paris"}, "01T09:00"),
        (GEORGIA, {"RecipientPostalCode": "96801", "RecipientTimeZone": "Asia/Tokyo"}, "01T01:00"),
    ],
)
def test_ten_where_they_are(to: str, said: dict[str, str], at: str) -> None:
    assert leaves(to, SendAtLocal=TEN, **said) == at


def test_a_window_lies_whole_within_thirty_five_days() -> None:
    last = (NOW + timedelta(days=35) - timedelta(seconds=600)).isoformat()
    found = schedule(SendAt=last, SpreadSeconds="600")
    assert isinstance(found, Schedule)
    assert found.spread_seconds == 600
    assert refused(SendAt=last, SpreadSeconds="601")[0] == 35114


@pytest.mark.parametrize(
    ("form", "code", "about"),
    [
        ({"SpreadSeconds": "600"}, 35111, ""),
        ({"SendAt": "2026-12-01T10:00Z", "SendAtLocal": TEN}, 20422, "SendAtLocal"),
        ({"SendAtLocal": "2026-12-01T10:00:00Z"}, 20422, "SendAtLocal"),
        ({"SendAtLocal": "2026-12-01"}, 20422, "SendAtLocal"),
        ({"SendAtLocal": "ten o'clock"}, 20422, "SendAtLocal"),
        ({"SendAtLocal": "2026-11-24T07:02"}, 35114, ""),
        ({"SendAtLocal": "2027-12-01T10:00"}, 35114, ""),
        ({"SendAtLocal": "0001-01-01T00:00"}, 35114, ""),
        ({"SendAtLocal": "9999-12-31T23:59"}, 35114, ""),
        ({"SendAt": "2026-12-01T10:00Z", "SpreadSeconds": "0"}, 20422, "SpreadSeconds"),
        ({"SendAt": "2026-12-01T10:00Z", "SpreadSeconds": "604801"}, 20422, "SpreadSeconds"),
        ({"SendAt": "2026-12-01T10:00Z", "SpreadSeconds": "1.5"}, 20422, "SpreadSeconds"),
        ({"SendAtLocal": TEN, "RecipientTimeZone": "Mars/Olympus"}, 20422, "RecipientTimeZone"),
        ({"SendAtLocal": TEN, "RecipientPostalCode": "x"}, 20422, "RecipientPostalCode"),
        ({"SendAtLocal": TEN, "RecipientState": "XX"}, 20422, "RecipientState"),
        ({"SendAtLocal": TEN, "ScheduleType": ""}, 35126, ""),
        ({"SendAtLocal": TEN, "MessagingServiceSid": ""}, 35118, ""),
    ],
)
def test_what_cannot_be_kept_is_refused(form: dict[str, str], code: int, about: str) -> None:
    number, message = refused(**form)
    assert number == code
    assert about in message


def test_a_short_code_is_nowhere() -> None:
    assert refused("55501", SendAtLocal=TEN)[0] == 20422
    assert leaves("55501", SendAt="2026-12-01T10:00Z") == "01T10:00"


def test_what_is_not_scheduled_is_not() -> None:
    assert schedule(ScheduleType="", RecipientState="TX") is None
