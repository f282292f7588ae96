"""What people write of where a text goes and from whom becomes an envelope, or a fault that names the field."""

import pytest

from tidings.compliance.content import BadField, Envelope, envelope_of
from tidings.compliance.verdict import Traffic
from tidings.senders.sender import Kind


def test_a_number_tells_its_country_and_kind() -> None:
    envelope = envelope_of(
        to="+33612345678", sender="+14155550100", traffic="marketing", brands=["Acme", " "]
    )
    assert envelope == Envelope("FR", Traffic.MARKETING, "+14155550100", Kind.LONG_CODE, "US", ("Acme",))


def test_a_short_code_is_taken_for_one_of_where_it_sends() -> None:
    assert envelope_of(country="fr", sender="36111")[3:5] == (Kind.SHORT_CODE, "FR")


def test_a_kind_may_be_named_without_a_sender() -> None:
    assert envelope_of(country="AE", sender_type="alphanumeric").sender_kind is Kind.ALPHANUMERIC


def test_what_is_left_out_is_not_known() -> None:
    assert envelope_of() == Envelope()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "UK"),
        ("to", "0612345678"),
        ("traffic", "spam"),
        ("sender", "a sender id that is too long"),
        ("sender_type", "pigeon"),
    ],
)
def test_what_cannot_be_read_is_named(field: str, value: str) -> None:
    with pytest.raises(BadField, match=value) as caught:
        envelope_of(**{field: value})
    assert caught.value.field == field
