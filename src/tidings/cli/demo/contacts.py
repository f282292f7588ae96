"""A list of contacts as marketing has them, with planted faults, and what a scrub should make of it."""

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tidings.cli.scrub import zones_of
from tidings.lookup.scrub.run import scrub

CONTACTS = 2_000
PLANTED: Mapping[str, int] = {
    "duplicate": 120,
    "landline": 60,
    "premium": 20,
    "too_short": 80,
    "not_a_number": 30,
    "empty": 40,
}
_WRITINGS = ("+1{0}{1}{2}", "({0}) {1}-{2}", "{0}-{1}-{2}", "1 {0} {1} {2}")


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What a scrub made of the list, and whether that is what was planted."""

    rows: int
    kept: int
    repaired: int
    reasons: Mapping[str, int]

    @property
    def as_planted(self) -> bool:
        return self.reasons == PLANTED and self.kept == CONTACTS - sum(PLANTED.values())


def scrub_contacts(*, random: Random) -> Scrubbed:
    """Writes the list into a folder of its own, scrubs it, and takes both away."""
    with tempfile.TemporaryDirectory(prefix="tidings-demo-") as folder:
        file = Path(folder) / "contacts.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([("name", "phone"), *_contacts(random)])
        report = scrub(file, Path(folder) / "out", zones=zones_of)
        return Scrubbed(report.rows, report.kept, report.repaired, report.reasons)


def _contacts(random: Random) -> list[tuple[str, str]]:
    good = CONTACTS - sum(PLANTED.values())
    numbers = [
        ("415", f"{552 + n // 10_000}", f"{n % 10_000:04}") for n in random.sample(range(30_000), good)
    ]
    phones = [random.choice(_WRITINGS).format(*parts) for parts in numbers]
    phones += [_WRITINGS[1].format(*parts) for parts in numbers[: PLANTED["duplicate"]]]
    phones += [f"+43 1 5{n:07}" for n in range(PLANTED["landline"])]
    phones += [f"+1900555{n:04}" for n in range(PLANTED["premium"])]
    phones += [f"415 55{n:02}" for n in range(PLANTED["too_short"])]
    phones += ["n/a"] * PLANTED["not_a_number"] + [" "] * PLANTED["empty"]
    random.shuffle(phones)
    return [(f"Person {number}", phone) for number, phone in enumerate(phones)]
