from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.sid import BUCKETS, Sid, bucket_for, bucket_of, instant_of, lowest_at, mint

instants = st.datetimes(
    min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31, 23, 59, 59), timezones=st.just(UTC)
)
entropies = st.binary(min_size=10, max_size=16)
buckets = st.integers(0, BUCKETS - 1)


@given(instants, entropies, buckets)
def test_an_id_names_its_millisecond_and_its_bucket(now: datetime, entropy: bytes, bucket: int) -> None:
    uuid = mint(now, entropy, bucket)
    assert uuid.version == 7
    assert uuid.variant == "specified in RFC 4122"
    assert bucket_of(uuid) == bucket
    assert instant_of(uuid) == now.replace(microsecond=now.microsecond // 1000 * 1000)


@given(instants, entropies, buckets)
def test_bounds_of_a_time_range_enclose_every_id_minted_in_it(
    now: datetime, entropy: bytes, bucket: int
) -> None:
    uuid = mint(now, entropy, bucket)
    assert lowest_at(now) <= uuid
    if now.year < 9999:
        assert uuid < lowest_at(now + timedelta(milliseconds=1))


def test_different_entropy_gives_different_ids() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert mint(now, bytes(9) + b"\1", 5) != mint(now, bytes(9) + b"\2", 5)


def test_a_bucket_that_does_not_exist_or_too_little_entropy_is_refused() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    with pytest.raises(ValueError, match="bucket 64"):
        mint(now, bytes(10), BUCKETS)
    with pytest.raises(ValueError, match="entropy"):
        mint(now, bytes(9), 0)


def test_a_strangers_id_gives_a_bucket_and_an_instant_that_exist() -> None:
    stranger = UUID(int=(1 << 128) - 1)
    assert 0 <= bucket_of(stranger) < BUCKETS
    assert instant_of(stranger).year == 9999


def test_a_sid_is_a_prefix_and_32_hexadecimal_digits_of_either_case() -> None:
    uuid = uuid4()
    sid = Sid("SM", uuid)
    assert str(sid) == "SM" + uuid.hex
    assert Sid.parse(str(sid)) == sid
    assert Sid.parse("SM" + uuid.hex.upper()) == sid
    assert Sid.parse("AC" + uuid.hex, "AC") == Sid("AC", uuid)


@pytest.mark.parametrize(
    "text", ["", "SM", "SM" + "g" * 32, "SM" + "0" * 31, "SM" + "0" * 33, "AC" + "0" * 32, "SM" + "٠" * 32]
)
def test_anything_else_is_no_sid(text: str) -> None:
    assert Sid.parse(text) is None


def test_a_lane_keeps_its_bucket_for_ever() -> None:
    assert [bucket_for(key) for key in ("", "+14155550100", "55501")] == [52, 55, 0]
    assert {bucket_for(f"lane {n}") for n in range(2000)} == set(range(BUCKETS))
