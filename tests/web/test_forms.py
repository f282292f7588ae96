from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.outcomes import Refused
from tidings.web.api.forms import boolean, decode, integer
from tidings.web.api.request import last

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=20))
def test_decoding_gives_back_every_pair_in_order(pairs: list[tuple[str, str]]) -> None:
    form = decode(urlencode(pairs).encode())
    assert not isinstance(form, Refused)
    expected: dict[str, list[str]] = {}
    for key, value in pairs:
        expected.setdefault(key, []).append(value)
    assert form == expected


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(encoded: bytes) -> None:
    form = decode(encoded)
    if isinstance(form, Refused):
        assert form.code.number == 20422
        assert form.status == 400
    else:
        assert all(values and "\0" not in "".join(values) for values in form.values())


@pytest.mark.parametrize(
    ("encoded", "form"),
    [
        (b"", {}),
        (b"Body=a+b%2Bc", {"Body": ["a b+c"]}),
        (b"Body=", {"Body": [""]}),
        (b"Body", {"Body": [""]}),
        (b"a=1&&b=2&", {"a": ["1"], "b": ["2"]}),
        (b"MediaUrl=x&MediaUrl=y", {"MediaUrl": ["x", "y"]}),
        (b"DateSent%3C=2026-01-01", {"DateSent<": ["2026-01-01"]}),
        (b"Body=%F0%9F%98%9C", {"Body": ["😜"]}),
        ("Body=ü".encode(), {"Body": ["ü"]}),
        (b"a=b=c", {"a": ["b=c"]}),
    ],
)
def test_forms_are_read_as_browsers_write_them(encoded: bytes, form: dict[str, list[str]]) -> None:
    assert decode(encoded) == form


@pytest.mark.parametrize(
    "encoded",
    [
        b"Body=%",
        b"Body=%4",
        b"Body=%zz",
        b"Body=%C3",
        b"Body=\xff",
        b"%ff=1",
        b"Body=a%00b",
        b"Body=a\0b",
        b"a=&" * 1001,
    ],
)
def test_what_cannot_be_read_is_refused_and_not_guessed_at(encoded: bytes) -> None:
    assert isinstance(decode(encoded), Refused)


def test_an_empty_value_counts_as_absent_and_of_several_the_last_counts() -> None:
    assert last({"To": [""]}, "To") is None
    assert last({}, "To") is None
    assert last({"To": ["a", "b"]}, "To") == "b"


def test_booleans_and_numbers_are_read_or_refused_with_the_name_of_the_parameter() -> None:
    assert boolean({"A": ["TRUE"]}, "A", default=False) is True
    assert boolean({}, "A", default=True) is True
    refused = boolean({"A": ["perhaps"]}, "A", default=False)
    assert isinstance(refused, Refused)
    assert "A must be true or false" in refused.message
    assert integer({"A": ["-7"]}, "A") == -7
    assert integer({}, "A") is None
    for text in ("1.5", "x", "٣", "1" * 30, "1e3", " 1"):
        assert isinstance(integer({"A": [text]}, "A"), Refused)
