"""Links are parted by the month that their codes name; old months are written out and taken out."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import polars
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api_home import now
from tests.links.brand import DESTINATION, Brand

from tidings.kernel.instant import EPOCH
from tidings.links.minted import Linked, keep_links
from tidings.links.month import ALPHABET, month_of, month_of_code, sign_of
from tidings.links.months import make_months, take_out_months
from tidings.links.shorten import Minted, new_code


async def partitions(brand: Brand) -> dict[str, int]:
    async with brand.home.db.connection() as connection:
        rows = await connection.fetch(
            "select tableoid::regclass::text as name, count(*) from links group by 1"
        )
    return {row["name"].rpartition(".")[2]: row["count"] for row in rows}


async def kept(brand: Brand, at: datetime, count: int = 1) -> list[str]:
    """Links that were made at a time."""
    codes = [new_code(secrets.token_bytes, month=month_of(at)) for _ in range(count)]
    link = Linked(
        account=brand.shop.account.id,
        domain=brand.domain,
        service=UUID(int=1),
        message=UUID(int=3),
        links=tuple(Minted(code, DESTINATION) for code in codes),
        now=at,
        leaves_at=at,
    )
    async with brand.home.db.transaction() as connection:
        await keep_links(connection, [link])
    return codes


async def test_a_month_gets_its_partition_with_what_was_there_before_it(brand: Brand) -> None:
    codes = await kept(brand, now(), 3)
    assert await partitions(brand) == {"links_rest": 3}
    month = month_of(now())
    async with brand.home.db.connection() as connection:
        assert await make_months(connection, now=now()) == [month, month + 1, month + 2]
        assert await make_months(connection, now=now()) == []
    codes += await kept(brand, now(), 2)
    assert await partitions(brand) == {f"links_{month}": 5}
    for code in codes:
        assert (await brand.follow(f"/{code}"))[1]["location"] == DESTINATION


async def test_following_looks_into_one_partition(brand: Brand) -> None:
    async with brand.home.db.connection() as connection:
        await make_months(connection, now=now())
        plan = await connection.fetch(
            "explain (analyze, costs off, timing off) select l.destination from unnest($1::text[], $2::smallint[]) "
            "as a (code, month) join links l on l.month = a.month and l.code = a.code",
            ["bcdfghjkmn"],
            [month_of(now())],
        )
    text = "\n".join(row[0] for row in plan)
    scanned = [line for line in text.splitlines() if " on links_" in line and "never executed" not in line]
    assert len(scanned) <= 1, text


async def test_an_old_month_is_written_out_whole_and_then_gone(brand: Brand, tmp_path: Path) -> None:
    long_ago = now() - timedelta(days=200)
    await kept(brand, long_ago, 4)
    new = await kept(brand, now())
    async with brand.home.db.connection() as connection:
        await make_months(connection, now=long_ago)
        await make_months(connection, now=now())
    old = month_of(long_ago)
    assert old not in await take_out_months(
        brand.home.db, now=long_ago + timedelta(days=91), archive=tmp_path
    )
    taken = await take_out_months(brand.home.db, now=now(), archive=tmp_path / "archive")
    assert old in taken
    assert await partitions(brand) == {f"links_{month_of(now())}": 1}
    assert (await brand.follow(f"/{new[0]}"))[0] == 302
    [file] = (tmp_path / "archive").glob(f"links-{long_ago:%Y-%m}-*.parquet")
    read: Any = polars.read_parquet(file)
    assert read.height == 4
    assert set(read["destination"]) == {DESTINATION}
    assert set(read["account"]) == {str(brand.shop.account.id)}


DAYS = st.datetimes(datetime(2020, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(DAYS, st.floats(-0.9, 500))
@settings(max_examples=100)
def test_a_code_names_its_month_for_as_long_as_any_link_lives(made_at: datetime, days: float) -> None:
    """Also to a clock that is almost a day behind."""
    month = month_of(made_at)
    code = new_code(secrets.token_bytes, month=month)
    assert code[0] == sign_of(month)
    assert month_of_code(code, made_at + timedelta(days=days)) == month


def test_months_follow_one_another() -> None:
    assert [month_of(datetime(2026, m, 1, tzinfo=UTC)) for m in (11, 12)] == [24_322, 24_323]
    assert month_of(datetime(2027, 1, 31, 23, 59, tzinfo=UTC)) == 24_324
    assert month_of(EPOCH) == 1970 * 12
    assert len({sign_of(month) for month in range(36)}) == len(ALPHABET) == 36
