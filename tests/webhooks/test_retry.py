import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.codes import CODES
from tidings.webhooks.overrides import DEFAULTS, RETRY_REASONS, Overrides
from tidings.webhooks.retry import MEANING, Failure, FallBack, GiveUp, Retry, after, of_status

CODE_OF = {
    Failure.CONNECT: 11205,
    Failure.READ_TIMEOUT: 11200,
    Failure.PROTOCOL: 11206,
    Failure.HOST_NAME: 11210,
    Failure.ADDRESS: 11210,
    Failure.TOO_MANY_REDIRECTS: 11215,
    Failure.BAD_REDIRECT: 11216,
    Failure.CLIENT_ERROR: 11217,
    Failure.SERVER_ERROR: 11217,
    Failure.TLS: 11220,
    Failure.TLS_NAME: 11235,
    Failure.TLS_EXPIRED: 11236,
    Failure.TLS_ISSUER: 11237,
}


def test_by_default_only_a_failed_connection_is_retried_and_only_once() -> None:
    assert after(Failure.CONNECT, attempts=1, spent_ms=5, overrides=DEFAULTS, fallback=False) == Retry(250)
    assert after(Failure.CONNECT, attempts=2, spent_ms=300, overrides=DEFAULTS, fallback=False) == GiveUp(
        11205
    )
    for failure in (Failure.SERVER_ERROR, Failure.READ_TIMEOUT, Failure.TLS_EXPIRED):
        assert isinstance(after(failure, attempts=1, spent_ms=5, overrides=DEFAULTS, fallback=False), GiveUp)


@pytest.mark.parametrize(("failure", "code"), CODE_OF.items())
def test_each_failure_ends_with_twilios_code(failure: Failure, code: int) -> None:
    overrides = Overrides(retries=0)
    assert after(failure, attempts=1, spent_ms=0, overrides=overrides, fallback=False) == GiveUp(code)
    assert after(failure, attempts=1, spent_ms=0, overrides=overrides, fallback=True) == FallBack(code)


def test_every_failure_has_a_code_of_the_catalogue() -> None:
    assert set(MEANING) == set(Failure)
    assert all(code in CODES for code, _ in MEANING.values())


def test_retries_end_with_the_total_timeout() -> None:
    overrides = Overrides(retries=5, retry_on=RETRY_REASONS, total_timeout_ms=1_000)
    assert after(
        Failure.SERVER_ERROR, attempts=1, spent_ms=749, overrides=overrides, fallback=False
    ) == Retry(250)
    assert after(
        Failure.SERVER_ERROR, attempts=1, spent_ms=750, overrides=overrides, fallback=False
    ) == GiveUp(11217)


def test_a_certificate_is_tried_again_only_when_everything_is() -> None:
    all_of_them = Overrides(retries=1, retry_on=RETRY_REASONS)
    assert after(Failure.TLS_NAME, attempts=1, spent_ms=0, overrides=all_of_them, fallback=False) == Retry(
        250
    )
    some = Overrides(retries=1, retry_on=frozenset({"ct", "rt", "5xx"}))
    assert after(Failure.TLS_NAME, attempts=1, spent_ms=0, overrides=some, fallback=False) == GiveUp(11235)


def test_a_refused_address_and_a_bad_redirect_are_never_tried_again() -> None:
    overrides = Overrides(retries=5, retry_on=RETRY_REASONS)
    for failure in (Failure.ADDRESS, Failure.TOO_MANY_REDIRECTS, Failure.BAD_REDIRECT):
        assert isinstance(after(failure, attempts=1, spent_ms=0, overrides=overrides, fallback=False), GiveUp)


@given(st.sampled_from(Failure), st.integers(0, 5), st.frozensets(st.sampled_from(sorted(RETRY_REASONS))))
def test_no_callback_is_tried_for_ever(failure: Failure, retries: int, retry_on: frozenset[str]) -> None:
    overrides = Overrides(retries=retries, retry_on=retry_on)
    attempts, spent_ms = 1, 0
    while isinstance(
        step := after(failure, attempts=attempts, spent_ms=spent_ms, overrides=overrides, fallback=False),
        Retry,
    ):
        attempts, spent_ms = attempts + 1, spent_ms + step.pause_ms
        assert attempts <= 6
    assert spent_ms < overrides.total_timeout_ms


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (200, None),
        (204, None),
        (299, None),
        (304, Failure.OTHER_STATUS),
        (400, Failure.CLIENT_ERROR),
        (499, Failure.CLIENT_ERROR),
        (500, Failure.SERVER_ERROR),
        (599, Failure.SERVER_ERROR),
        (999, Failure.OTHER_STATUS),
    ],
)
def test_what_a_status_means(status: int, failure: Failure | None) -> None:
    assert of_status(status) is failure
