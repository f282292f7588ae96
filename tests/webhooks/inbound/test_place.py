"""Where numbers come from."""

import pytest

from tidings.webhooks.inbound.place import Place, place_of


@pytest.mark.parametrize(
    ("number", "place"),
    [
        ("+14155552671", Place("San Francisco", "CA", "US")),
        ("+13105551212", Place("", "CA", "US")),
        ("+16045551234", Place("", "BC", "CA")),
        ("+431501234", Place("Vienna", "", "AT")),
        ("+436641234567", Place("", "", "AT")),
        ("+18885550100", Place("", "", "US")),
        ("55501", Place()),
        ("SHOP", Place()),
    ],
)
def test_digits_tell_as_much_as_they_tell(number: str, place: Place) -> None:
    assert place_of(number) == place
