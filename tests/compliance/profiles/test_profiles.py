"""Profiles: what is known of a recipient narrows where they may be, over the API, the command line and in batches."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
from tests.api_home import now
from tests.command import command
from tests.compliance.conftest import ANNA, BERT, Shop

from tidings.compliance.profiles import Profile, count, faults_of, keep, known
from tidings.compliance.profiles.profile import Fault, profiles_in
from tidings.runtime.database import Database

PATH = "/tidings/v1/profiles"
ROOT = Path(__file__).parents[3]


async def test_what_is_said_of_a_recipient_is_kept_shown_and_forgotten(shop: Shop) -> None:
    assert (await shop.ask("GET", f"{PATH}/%2B14155552671")).status == 404
    said = await shop.ask(
        "PUT", f"{PATH}/%2B14155552671", json={"state": "TX", "hours": "Mon-Fri 09:00-18:00"}
    )
    assert said.status == 200, said.text
    assert said.body["zones"] == ["America/Chicago", "America/Denver"]
    assert said.body["states"] == ["US-CA", "US-TX"]
    again = await shop.ask("PUT", f"{PATH}/%2B14155552671", json={"zone": "America/Denver"})
    assert again.body == {
        "recipient": ANNA,
        "zone": "America/Denver",
        "postal_code": None,
        "state": None,
        "hours": None,
        "zones": ["America/Denver"],
        "states": ["US-CA"],
    }
    assert (await shop.ask("GET", f"{PATH}/%2B14155552671")).body == again.body
    assert (await shop.ask("GET", PATH)).body == {"profiles": [again.body], "next": None}
    assert (await shop.ask("DELETE", f"{PATH}/%2B14155552671")).status == 204
    assert (await shop.ask("DELETE", f"{PATH}/%2B14155552671")).status == 404


@pytest.mark.parametrize(
    ("recipient", "said", "field"),
    [
        ("555", {"zone": "America/Denver"}, "recipient"),
        (ANNA, {"zone": "America/Gotham"}, "zone"),
        (ANNA, {"state": "ZZ"}, "state"),
        (ANNA, {"postal_code": "1"}, "postal_code"),
        (ANNA, {"hours": "always"}, "hours"),
        (ANNA, {}, "zone"),
    ],
)
async def test_a_profile_that_cannot_be_is_refused_with_the_field(
    shop: Shop, recipient: str, said: dict[str, str], field: str
) -> None:
    assert [one for one, _ in faults_of(Profile(recipient, **said))] == [field]
    refused = await shop.ask("PUT", f"{PATH}/{recipient.replace('+', '%2B')}", json=said)
    assert refused.status == 400
    assert field in refused.body["message"]
    assert (await shop.ask("GET", PATH)).body["profiles"] == []


async def test_profiles_are_looked_up_in_one_batch_and_only_their_owners_see_them(db: Database) -> None:
    ours, theirs = uuid4(), uuid4()
    async with db.transaction() as connection:
        await keep(
            connection, ours, [Profile(ANNA, state="FL"), Profile(ANNA, zone="America/Adak")], now=now()
        )
        await keep(connection, theirs, [Profile(BERT, hours="20:00-02:00")], now=now())
        found = await known(connection, [(ours, ANNA), (ours, BERT), (theirs, BERT)])
        assert found == {
            (ours, ANNA): Profile(ANNA, zone="America/Adak"),
            (theirs, BERT): Profile(BERT, hours="20:00-02:00"),
        }
        assert await count(connection, ours) == 1


def test_a_sheet_gives_profiles_and_the_faults_of_its_lines() -> None:
    sheet = ["recipient,state,hours\n", f"{ANNA},TX,\n", "555,TX,\n", f"{BERT},,\n"]
    read = list(profiles_in(sheet))
    assert read[0] == Profile(ANNA, state="TX")
    assert [(one.line, one.column) for one in read if isinstance(one, Fault)] == [
        (3, "recipient"),
        (4, "zone"),
    ]
    (fault,) = profiles_in(["number\n", "1\n"])
    assert fault == Fault(
        1, "recipient", "The header needs recipient, and one of zone, postal_code, state, hours."
    )


async def test_the_command_line_takes_a_sheet_and_shows_what_follows(
    shop: Shop, db_url: str, tmp_path: Path
) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text(f"recipient,zone,postal_code\n{ANNA},,79901\n{BERT},America/Adak,\n")
    assert await _tidings(shop, db_url, "import", str(sheet), "--json") == '{"profiles": 2}\n'
    shown = json.loads(await _tidings(shop, db_url, "show", ANNA, "--json"))
    assert (shown["zones"], shown["states"]) == (["America/Denver"], ["US-CA", "US-TX"])


async def _tidings(shop: Shop, db_url: str, *words: str) -> str:
    code, output, errors = await command(
        *("profiles", *words, "--account", shop.opened.sid), environ={"TIDINGS_DATABASE_URL": db_url}
    )
    assert code == 0, errors
    return output
