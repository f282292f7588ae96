import pytest
from hypothesis import given
from hypothesis.strategies import text

from tidings.webhooks.overrides import DEFAULTS, RETRY_REASONS, Overrides, parse


def test_no_fragment_means_the_defaults() -> None:
    assert parse("") == DEFAULTS == Overrides(5_000, 15_000, 15_000, 1, frozenset({"ct"}), True, ())


def test_each_override_is_read() -> None:
    assert parse("ct=2000&rt=3000&tt=4000&rc=2&rp=4xx,rt&sni=n&e=ashburn,dublin") == Overrides(
        2_000, 3_000, 4_000, 2, frozenset({"4xx", "rt"}), False, ("ashburn", "dublin")
    )
    assert parse("rp=all").retry_on == RETRY_REASONS


@pytest.mark.parametrize(
    "pair",
    [
        "ct=99",
        "ct=10001",
        "rt=99",
        "rt=15001",
        "tt=0",
        "tt=15001",
        "rc=6",
        "rc=-1",
        "rc=",
        "rc=1.5",
        "rc=²",
        "rp=",
        "rp=3xx",
        "rp=ct,,rt",
        "sni=maybe",
        "e=",
        "e=<script>",
        "unknown=1",
        "section-2",
    ],
)
def test_what_makes_no_sense_is_ignored_and_named(pair: str) -> None:
    found = parse(f"{pair}&ct=2000" if not pair.startswith("ct") else f"{pair}&rc=1")
    assert found.ignored == (pair,)
    assert found == (Overrides(connect_timeout_ms=2_000) if not pair.startswith("ct") else DEFAULTS)


@pytest.mark.parametrize(
    "pair", ["ct=100", "ct=10000", "rt=100", "rt=15000", "tt=100", "tt=15000", "rc=0", "rc=5"]
)
def test_the_ends_of_each_range_belong_to_it(pair: str) -> None:
    assert parse(pair).ignored == ()


@given(text())
def test_no_fragment_breaks_the_reading(fragment: str) -> None:
    parse(fragment)
