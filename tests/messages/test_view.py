"""A message in the form of the 2010-04-01 API."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from tidings.messages.message import Message
from tidings.messages.states import State
from tidings.messages.view import message_view

AT = datetime(2023, 8, 24, 5, 1, 45, 999_999, tzinfo=UTC)
DOCUMENT = Path(__file__).parents[1] / "wire" / "messages.openapi.json"


def message(state: State = State.QUEUED, **changes: object) -> Message:
    values: dict[str, object] = {
        "id": UUID(int=5),
        "bucket": 0,
        "account": UUID(int=7),
        "direction": "outbound-api",
        "sender": "+14155550100",
        "recipient": "+14155550199",
        "body": "Hello",
        "segments": 3,
        "state": state,
        "error_code": None,
        "created_at": AT,
        "updated_at": AT,
        "sent_at": None,
        "service": None,
        "tags": None,
    }
    return Message(**(values | changes))  # type: ignore[arg-type]


def test_it_has_twilios_fields_and_no_other() -> None:
    described = json.loads(DOCUMENT.read_text("utf-8"))
    fields = set(described["components"]["schemas"]["api.v2010.account.message"]["properties"])
    assert set(message_view(message())) == fields
    assert set(message_view(message(tags={"a": "b"}))) == fields | {"tags"}


def test_numbers_are_texts_dates_are_mails_dates_and_what_is_not_known_is_null() -> None:
    view = message_view(message())
    assert view["num_segments"] == "3"
    assert view["num_media"] == "0"
    assert view["date_created"] == "Thu, 24 Aug 2023 05:01:45 +0000"
    assert [
        view[key] for key in ("date_sent", "price", "error_code", "error_message", "messaging_service_sid")
    ] == [None] * 5


@pytest.mark.parametrize("state", [State.ACCEPTED, State.SCHEDULED])
def test_before_a_sender_is_chosen_there_are_no_segments(state: State) -> None:
    assert message_view(message(state, sender=None))["num_segments"] == "0"


def test_an_error_has_its_number_and_its_text() -> None:
    view = message_view(message(State.UNDELIVERED, error_code=30003))
    assert (view["error_code"], view["error_message"]) == (30003, "Unreachable destination handset")


def test_the_answer_to_a_create_names_no_feedback() -> None:
    assert set(message_view(message(), created=True)["subresource_uris"]) == {"media"}
    assert set(message_view(message())["subresource_uris"]) == {"media", "feedback"}
