"""Porting data in bulk: it says whose network a number is in, and a later day counts."""

import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tidings.lookup.lookups import Asked, Limited, Lookups
from tidings.lookup.number import read
from tidings.lookup.ported import Imported, import_ported
from tidings.lookup.scrub.sheet import Unreadable
from tidings.runtime.database import Database

NUMBER = "+14155552671"


async def taken_in(db: Database, folder: Path, text: str, *, day: date) -> Imported:
    file = folder / "ported.csv"
    file.write_text(text)
    async with db.transaction() as connection:
        return await import_ported(
            connection, file, source="regulator", as_of=day, on_rows=lambda count: None
        )


async def line(db: Database) -> tuple[Any, ...]:
    lookups = Lookups(db, clock=lambda: datetime.now(UTC), monotonic=time.monotonic)
    answers = await lookups.look_up(UUID(int=7), Asked(read(NUMBER), ("line_type_intelligence",)))
    await lookups.close()
    assert not isinstance(answers, Limited)
    told = answers["line_type_intelligence"]
    source = told.sources["carrier_name"]
    return (
        told.values["carrier_name"],
        told.values["type"],
        told.values["mobile_network_code"],
        source.name,
        source.as_of,
    )


async def test_the_later_day_counts(db: Database, tmp_path: Path) -> None:
    header = "number,carrier,line_type,mcc,mnc\n"
    later, earlier = date(2026, 11, 2), date(2026, 11, 1)
    first = f"{header}{NUMBER},Alpha,mobile,310,004\n14155552672,Beta,,,\n"
    assert await taken_in(db, tmp_path, first, day=later) == (2, 2, [])
    assert await line(db) == ("Alpha", "mobile", "004", "porting_data", later)
    assert (await taken_in(db, tmp_path, f"{header}{NUMBER},Old,landline,,\n", day=earlier)).changed == 0
    assert (await line(db))[0] == "Alpha"
    await taken_in(db, tmp_path, f"{header}{NUMBER},Gamma,mobile,,\n", day=later)
    assert (await line(db))[0] == "Gamma"


async def test_lines_that_are_wrong_are_passed_over_and_told(db: Database, tmp_path: Path) -> None:
    text = f"Number;Carrier;line_type\n12;A;mobile\n{NUMBER};B;dream\n{NUMBER};C;mobile\n"
    told = await taken_in(db, tmp_path, text, day=date(2026, 11, 1))
    assert told == (1, 1, ["line 2: '12' is no number in E.164", "line 3: 'dream' is no line type"])
    with pytest.raises(Unreadable, match="no column 'number'"):
        await taken_in(db, tmp_path, "phone\n1\n", day=date(2026, 11, 1))
