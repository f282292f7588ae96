"""What a form asks for. The refusals that callers see are in tests/spec/messages.create.yaml."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.outcomes import Refused
from tidings.kernel.segments import Encoding
from tidings.messages.compose import LONGEST_VALIDITY_SECONDS, PRIORITY_OF_INTENT, Composed, compose, is_url
from tidings.senders import Kind, Sender

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SERVICE = "MG" + "a" * 32
PLAIN = {"To": "+14155550199", "From": "+14155550100", "Body": "Hello"}
SHOP = Sender(UUID(int=1), UUID(int=2), "+14155550100", Kind.LONG_CODE, 1.0, None)

PARAMETERS = [
    "To", "From", "Body", "MessagingServiceSid", "MediaUrl", "ContentSid", "ContentVariables", "StatusCallback",
    "ApplicationSid", "ValidityPeriod", "ProvideFeedback", "Attempt", "MaxPrice", "ContentRetention",
    "AddressRetention", "SmartEncoded", "SendAsMms", "ShortenUrls", "ScheduleType", "SendAt", "RiskCheck",
    "PersistentAction", "ForceDelivery", "TrafficType", "FallbackFrom", "MessageIntent", "Tags", "Unknown",
    "SendAtLocal", "SpreadSeconds", "RecipientTimeZone", "RecipientPostalCode", "RecipientState",
]  # fmt: skip
VALUES = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50),
    st.sampled_from(
        [
            "true",
            "0",
            "1",
            "-1",
            "fixed",
            "2026-11-25T12:00:00Z",
            "2026-11-25T12:00:00",
            SERVICE,
            "https://a.example/",
            "{}",
            "[" * 5000,
        ]
    ),
)


def composed(**changes: str) -> Composed:
    outcome = compose({key: [value] for key, value in (PLAIN | changes).items()}, now=NOW)
    assert isinstance(outcome, Composed), outcome
    return outcome


def refused(**changes: str) -> int:
    outcome = compose({key: [value] for key, value in (PLAIN | changes).items()}, now=NOW)
    assert isinstance(outcome, Refused), outcome
    return outcome.code.number


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.lists(VALUES, min_size=1, max_size=12)))
def test_any_form_is_composed_or_refused_with_a_code_of_the_catalogue(changes: dict[str, list[str]]) -> None:
    form = {key: [value] for key, value in PLAIN.items()} | changes
    outcome = compose(form, now=NOW)
    if isinstance(outcome, Refused):
        assert 400 <= outcome.status < 500
        assert outcome.message
    else:
        assert outcome.body
        assert outcome.measure.segments >= 1


def test_a_plain_message_is_transactional_sent_again_when_in_doubt_and_keeps_for_ten_hours() -> None:
    draft = composed().draft(UUID(int=2), sender=SHOP)
    assert (draft.priority, draft.resend, draft.validity_seconds) == (1, True, LONGEST_VALIDITY_SECONDS)
    assert (draft.sender, draft.sender_kind, draft.recipient, draft.calling_code) == (
        "+14155550100",
        "long_code",
        "+14155550199",
        "1",
    )
    assert (draft.body, draft.ucs2, draft.segments, draft.flow, draft.tags) == ("Hello", False, 1, "", None)


@pytest.mark.parametrize(("intent", "priority"), PRIORITY_OF_INTENT.items())
def test_the_intent_sets_the_priority_and_only_marketing_gives_up_when_in_doubt(
    intent: str, priority: int
) -> None:
    draft = composed(MessageIntent=intent.upper()).draft(UUID(int=2), sender=SHOP)
    assert (draft.priority, draft.resend, draft.intent) == (priority, priority != 2, intent)


def test_a_campaign_among_the_tags_names_the_flow() -> None:
    draft = composed(Tags='{"campaign": "Spring Sale 2022", "arm": "b"}').draft(UUID(int=2), sender=SHOP)
    assert draft.flow == "Spring Sale 2022"
    assert draft.tags == {"campaign": "Spring Sale 2022", "arm": "b"}


def test_segments_are_counted_on_the_text_that_is_sent() -> None:
    plain, smart = composed(Body="“" * 71), composed(Body="“" * 71, SmartEncoded="true")
    assert (plain.measure.encoding, plain.measure.segments) == (Encoding.UCS2, 2)
    assert (smart.measure.encoding, smart.measure.segments) == (Encoding.GSM7, 1)


def test_a_text_may_have_1600_characters_of_any_kind() -> None:
    assert len(composed(Body="😜" * 1600).body) == 1600
    assert refused(Body="😜" * 1601) == 21617


def test_a_schedule_is_five_minutes_to_thirty_five_days_ahead() -> None:
    def outcome(ahead: timedelta) -> int | datetime | None:
        changes = {
            "ScheduleType": "fixed",
            "SendAt": (NOW + ahead).isoformat(),
            "MessagingServiceSid": SERVICE,
        }
        result = compose({key: [value] for key, value in (PLAIN | changes).items()}, now=NOW)
        return result.code.number if isinstance(result, Refused) else result.options.send_at

    for good in (timedelta(seconds=300), timedelta(days=35)):
        assert outcome(good) == NOW + good
    for bad in (timedelta(seconds=299), timedelta(days=35, seconds=1), timedelta(days=-1)):
        assert outcome(bad) == 35114


def test_a_time_with_an_offset_is_taken_in_utc() -> None:
    options = composed(
        ScheduleType="fixed", SendAt="2026-11-25T12:00:00+02:00", MessagingServiceSid=SERVICE
    ).options
    assert options.send_at == datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000",
        "https://shop.example/status?a=1&b=ü#rc=3&ct=500",
        "https://user:pass@shop.example:8443/x",
        "http://127.0.0.1:9/",
        "http://[::1]:9/",
        "HTTPS://Shop.Example",
        "https://shop.example?x",
    ],
)
def test_an_absolute_url_is_one(url: str) -> None:
    assert is_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "shop.example",
        "//shop.example/",
        "ftp://shop.example/",
        "https://",
        "https:///x",
        "https://my_shop.example/",
        "https://-shop.example/",
        "https://shop..example/",
        "https://shop.example:0/",
        "https://shop.example:65536/",
        "https://shop.example:x/",
        "https://shop example/",
        "https://shop.example/a b",
        "https://shop.example/\r\nX: 1",
        "https://shöp.example/",
        "javascript:alert(1)",
        "https://shop.example/" + "a" * 4000,
    ],
)
def test_what_is_no_absolute_url_is_none(url: str) -> None:
    assert not is_url(url)
