"""Stored contacts scrubbed by a job of the API, and lists of numbers that carriers took out of service."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.api_home import api_home

from tidings.compliance.profiles.profile import Profile
from tidings.compliance.profiles.register import contacts, keep
from tidings.kernel.instant import Instant
from tidings.lookup.contacts import scrub
from tidings.lookup.deactivated import take_in, take_in_lists
from tidings.lookup.known import Known, Lesson
from tidings.lookup.number import read
from tidings.lookup.resolve import resolve
from tidings.runtime.database import Connection, Database
from tidings.runtime.jobs import Jobs

NOW = datetime.now(UTC)
MOBILE, LANDLINE, PREMIUM = "+447400123456", "+442079460958", "+449098765432"
DEAD, GONE, PORTED = "+4915123456789", "+4915123456790", "+14155552671"


async def store(connection: Connection, account: UUID, *numbers: str) -> None:
    await keep(connection, account, [Profile(one, None, None, None, None) for one in numbers], now=NOW)


async def test_stored_contacts_are_scrubbed_by_a_job(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrub, "AT_ONCE", 2)
    async with api_home(db) as home:
        shop, other = await home.open_account(), await home.open_account("Other")
        async with db.transaction() as connection:
            account = shop.account.id
            await store(connection, account, MOBILE, LANDLINE, PREMIUM, DEAD, GONE, PORTED)
            await store(connection, other.account.id, "+447400123457")
            await connection.execute(
                "insert into number_lessons (account, recipient, code, times, message, first_at, last_at, until)"
                " values ($1, $2, 30005, 1, gen_random_uuid(), $3, $3, $4)",
                account,
                DEAD,
                NOW,
                NOW + timedelta(days=30),
            )
            await connection.execute(
                "insert into ported_numbers (number, line_type, source, as_of)"
                " values ($1, 'landline', 'x', current_date)",
                PORTED,
            )
            await take_in(connection, [GONE], NOW.date())
        path = "/tidings/v1/scrubs"
        begun = await home.ask("POST", path, as_=shop, json={"price": 0.01})
        assert (begun.status, begun.body["done"]) == (202, False)
        jobs = Jobs(db.url)
        scrub.register(jobs, db, contacts=contacts, clock=lambda: NOW)
        arguments = {"account": str(account), "scrub": begun.body["id"]}
        for _ in range(2):  # a job may run again
            await jobs.deeds[scrub.JOB](arguments)
        done = (await home.ask("GET", f"{path}/{begun.body['id']}", as_=shop)).body
        assert (done["done"], done["report"]["contacts"], done["report"]["kept"]) == (True, 6, 1)
        assert done["report"]["reasons"] == {"deactivated": 1, "landline": 2, "premium": 1, "suppressed": 1}
        assert done["saved"] == pytest.approx(0.05)
        found = (await home.ask("GET", f"{path}/{begun.body['id']}/findings", as_=shop)).body
        assert [one["recipient"] for one in found["findings"]] == sorted(
            [LANDLINE, PREMIUM, DEAD, GONE, PORTED]
        )
        assert {one["recipient"]: one["code"] for one in found["findings"]}[DEAD] == 30005
        [one] = (await home.ask("GET", f"{path}/{begun.body['id']}/findings?reason=premium", as_=shop)).body[
            "findings"
        ]
        assert one["recipient"] == PREMIUM
        assert [row["id"] for row in (await home.ask("GET", path, as_=shop)).body] == [begun.body["id"]]
        assert (await home.ask("GET", f"{path}/{begun.body['id']}", as_=other)).status == 404
        refused = await home.ask("POST", path, as_=shop, json={"keep": ["dream"]})
        assert (refused.status, refused.body["code"]) == (400, 20422)


async def test_lists_of_deactivations_are_taken_in_once_each_day_in_turn(db: Database) -> None:
    asked: list[date] = []
    today = NOW.date()

    async def list_of(day: date) -> list[str] | None:
        asked.append(day)
        return None if day == today - timedelta(days=1) else [DEAD, f"+1415555{day:%m%d}"]

    assert await take_in_lists(db, list_of, now=NOW) == 12
    assert asked == [today - timedelta(days=n) for n in range(7, 0, -1)]
    asked.clear()
    assert await take_in_lists(db, list_of, now=NOW) == 0
    assert asked == [today - timedelta(days=1)]
    async with db.connection() as connection:
        day = await connection.fetchval("select day from deactivated_numbers where number = $1", DEAD)
    assert day == today - timedelta(days=2)


def test_the_newer_of_receipts_and_lists_says_whether_a_line_is_alive() -> None:
    def status(known: Known) -> tuple[Any, str]:
        answer = resolve("line_status", read(DEAD), known, now=NOW)
        assert answer is not None
        return answer.values["status"], answer.sources["*"].name

    def lesson(at: Instant) -> Lesson:
        return Lesson(30003, 1, at, None)

    day = NOW.date()
    assert status(Known(deactivated=day)) == ("inactive", "deactivation_list")
    assert status(Known(lesson=lesson(NOW + timedelta(days=1)), deactivated=day)) == (
        "unreachable",
        "receipts",
    )
    assert status(Known(lesson=lesson(NOW - timedelta(days=1)), deactivated=day)) == (
        "inactive",
        "deactivation_list",
    )
