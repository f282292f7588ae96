"""What an account chooses of the gate: kept whole with its reason, refused whole with the field and the remedy."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.compliance.caps.test_command_line import tidings
from tests.compliance.conftest import Shop
from tests.messages.builders import draft
from tests.messages.pools import acceptance_on, account_of, now, service_with
from tests.messages.test_through_services import BOSTON
from tests.messages.test_through_services import Shop as Sending

from tidings.compliance.gate import Chosen, GateSettingsOf, faults_of, keep_choice, settings_from
from tidings.compliance.judge import quiet_hours_by
from tidings.compliance.quiet_hours import Mode, shipped
from tidings.compliance.quiet_hours.days import NAMES
from tidings.messages.judging import Judging, judged_by, question_of
from tidings.messages.states import State
from tidings.runtime.database import Database

PATH = "/tidings/v1/compliance/settings"
MG = f"MG{7:032x}"


async def test_what_is_chosen_holds_and_its_reason_is_kept(shop: Shop) -> None:
    before = await shop.ask("GET", PATH)
    assert (before.status, before.body["version"]) == (200, 0)
    assert before.body["settings"] == {
        "quiet_hours_marketing": "careful",
        "quiet_hours_other": "law",
        "margin_seconds": 60,
        "window": None,
        "window_zone": None,
        "lint": "warn",
        "consent": "warn",
        "revoke_all": "by_law",
        "brands": [],
        "service_brands": {},
    }
    wanted = {"settings": {"window": "Mon-Fri 09:00-18:00", "lint": "refuse"}, "reason": "our own promise"}
    reply = await shop.ask("PUT", PATH, json=wanted)
    assert (reply.status, reply.body["settings"]["lint"]) == (200, "refuse"), reply.text
    assert (await shop.ask("GET", PATH)).body == reply.body
    (line,) = (await shop.ask("GET", f"{PATH}/history")).body["history"]
    assert (line["reason"], line["version"]) == ("our own promise", reply.body["version"])
    assert shop.opened.sid in line["changed_by"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"quiet_hours_marketing": "strict"}, "settings.quiet_hours_marketing"),
        ({"margin_seconds": -1}, ">= 0"),
        ({"margin_seconds": 3_601}, "<= 3600"),
        ({"window": "nine to five"}, "window: 'nine to five' is not written like Mon-Fri 09:00-18:00."),
        (
            {"window": "09:00-18:00", "window_zone": "Chicago"},
            "window_zone: 'Chicago' is no time zone; name one",
        ),
        ({"window_zone": "America/Chicago"}, "window_zone: it says nothing without a window"),
        ({"lint": "block"}, "settings.lint"),
        ({"brands": ["Acme", "!"]}, "brands: a name has a letter or a digit"),
        ({"brands": [""]}, "settings.brands"),
        ({"service_brands": {"MG1": ["Acme"]}}, "service_brands.MG1: it is no SID of a messaging service"),
        ({"service_brands": {MG: []}}, f"service_brands.{MG}: name a brand, or leave the service out"),
        ({"service_brands": {MG: ["!"]}}, f"service_brands.{MG}: a name has a letter"),
        ({"content": "off"}, "unknown field `content`"),
    ],
)
async def test_settings_that_will_not_do_change_nothing(shop: Shop, settings: object, told: str) -> None:
    reply = await shop.ask("PUT", PATH, json={"settings": settings, "reason": "r"})
    assert reply.status == 400
    assert told in reply.body["message"]
    assert (await shop.ask("PUT", PATH, json={"settings": {}, "reason": " "})).status == 400
    assert (await shop.ask("GET", PATH)).body["version"] == 0


async def test_the_command_line_changes_what_is_named(shop: Shop, db_url: str) -> None:
    words = ("--window", "Sat 10:00-14:00", "--consent", "require", "--reason", "weekends only")
    code, output, errors = await tidings(shop, db_url, "gate", "set", *words)
    assert code == 0, errors
    assert "weekends only" in output
    code, output, errors = await tidings(
        shop, db_url, "gate", "set", "--window", "none", "--lint", "off", "--reason", "r", "--json"
    )
    chosen = json.loads(output)["settings"]
    assert (chosen["window"], chosen["lint"], chosen["consent"]) == (None, "off", "require")
    for names, kept in (("Acme Shoes", {MG: ["Acme Shoes"]}), ("none", {})):
        words = ("--brands", names, "--service", MG, "--reason", "r", "--json")
        code, output, errors = await tidings(shop, db_url, "gate", "set", *words)
        assert json.loads(output)["settings"]["service_brands"] == kept, errors
    code, _, errors = await tidings(shop, db_url, "gate", "set", "--lint", "block", "--reason", "r")
    assert code == 2
    assert "Nothing was changed" in errors


async def test_a_message_is_judged_by_the_settings_of_its_account(db: Database) -> None:
    strict, free = await account_of(db), await account_of(db)
    # An hour of the day after tomorrow, so that it is not now whatever the time.
    away = NAMES[(now() + timedelta(days=2)).weekday()]
    async with db.transaction() as connection:
        chosen = Chosen(quiet_hours_marketing=Mode.OFF, window=f"{away} 12:00-13:00", window_zone="UTC")
        await keep_choice(connection, strict, chosen, reason="r", changed_by="ops", now=now())
        off = Chosen(quiet_hours_marketing=Mode.OFF)
        await keep_choice(connection, free, off, reason="r", changed_by="ops", now=now())
    settings = GateSettingsOf(db, monotonic=time.monotonic)
    async with acceptance_on(db, judging=Judging([quiet_hours_by(shipped())], settings)) as acceptance:
        held = await Sending(db, acceptance, strict, await service_with(db, strict, [BOSTON])).send(
            priority=2
        )
        sent = await Sending(db, acceptance, free, await service_with(db, free, ["+14155550199"])).send(
            priority=2
        )
    assert held.judged.held_until is not None
    assert (held.judged.held_until.hour, NAMES[held.judged.held_until.weekday()]) == (12, away)
    assert (sent.judged.held_until, sent.state) == (None, State.ACCEPTED)


def test_a_window_narrows_and_never_widens() -> None:
    late, noon = datetime(2026, 5, 6, 3, tzinfo=UTC), datetime(2026, 5, 5, 18, tzinfo=UTC)
    rules = [quiet_hours_by(shipped())]
    for window, at, is_held in (
        ("00:00-24:00", late, True),
        ("00:00-24:00", noon, False),
        ("Sun 12:00-13:00", noon, True),
    ):
        chosen = Chosen(window=window)
        assert faults_of(chosen) == []
        settings = settings_from(chosen, version=1, changed_by="ops")
        question = question_of(
            draft(recipient="+15125550123", country="US", priority=2), at=at, settings=settings
        )
        assert (judged_by(rules, question).held_until is not None) is is_held, window
