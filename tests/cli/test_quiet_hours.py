"""`tidings quiet-hours`: one person explained, a list counted, and the rules shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tidings.cli import quiet_hours
from tidings.cli.fault import Exit, Fault

runner = CliRunner()
NIGHT = "2026-11-25T02:30"  # Tuesday, 20:30 in Chicago and 21:30 in New York.


def told(*arguments: str) -> Any:
    result = runner.invoke(quiet_hours.app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_person_is_explained_with_clocks_rule_and_source() -> None:
    held = told("check", "+18502341234", "--at", NIGHT)
    assert held["verdict"] == "held"
    assert held["until"] == "2026-11-25T14:00:00Z"
    assert held["zones"] == ["America/Chicago"]
    (rule,) = held["rules"]
    assert rule["rule"] == "quiet_hours/US-FL/marketing/law"
    assert "501.616" in rule["source"]
    shown = runner.invoke(quiet_hours.app, ["check", "+18502341234", "--at", NIGHT])
    assert "Held until 2026-11-25 14:00 UTC" in shown.output
    assert "Tue 2026-11-24 20:30" in shown.output


def test_fields_mode_traffic_and_hours_are_taken_in() -> None:
    texas = ("check", "+12145551234", "--at", NIGHT)
    assert told(*texas)["closes_at"] == "2026-11-25T03:00:00Z"
    assert told(*texas, "--zone", "America/New_York")["verdict"] == "held"
    assert told(*texas, "--state", "FL")["verdict"] == "held"
    assert told(*texas, "--postal-code", "32501")["states"] == ["US-FL", "US-TX"]
    assert told(*texas, "--zone", "America/New_York", "--mode", "off")["verdict"] == "allowed"
    assert told(*texas, "--zone", "America/New_York", "--traffic", "essential")["verdict"] == "allowed"
    assert told(*texas, "--company", "Mon-Fri 09:00-18:00")["until"] == "2026-11-25T15:00:00Z"
    assert told(*texas, "--preferred", "22:00-23:00")["verdict"] == "held"


def test_a_list_is_counted_and_fields_that_would_free_are_told(tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text(
        "recipient,name,zone,state\n+12145551234,A,,\n+12125551234,B,,\n+18502221234,C,,\n+18005551234,D,,\n"
        "+18005551234,E,America/Chicago,\n"
    )
    found = told("report", "--recipients", str(sheet), "--at", NIGHT)
    assert {key: found[key] for key in ("recipients", "allowed", "held", "never", "unsure")} == {
        "recipients": 5,
        "allowed": 1,
        "held": 3,
        "never": 1,
        "unsure": 3,
    }
    assert found["freed_by"] == {"zone": 1, "postal_code or state": 1}
    assert sum(found["until"].values()) == found["held"]
    assert len(found["hours"]) == 24
    shown = runner.invoke(quiet_hours.app, ["report", str(sheet), "--at", NIGHT])
    assert "One more field" in shown.output


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("number\n+12125551234\n", "line 1, column recipient"),
        ("recipient\n+12125551234\n555\n", "line 3, column recipient"),
        ("recipient,zone\n+12125551234,Nowhere/No\n", "line 2, column zone"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, lines: str, says: str) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text(lines)
    result = runner.invoke(quiet_hours.app, ["report", str(sheet)])
    assert isinstance(result.exception, Fault)
    assert says in str(result.exception)
    assert result.exception.exit is Exit.WRONG_USE


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "555"], "no number"),
        (["check", "+12125551234", "--zone", "Nowhere/No"], "--zone"),
        (["check", "+12125551234", "--at", "soon"], "--at"),
        (["check", "+12125551234", "--company", "nine to five"], "--company"),
        (["rules", "Atlantis"], "no country"),
        (["report"], "--recipients"),
    ],
)
def test_wrong_use_names_the_field(arguments: list[str], says: str) -> None:
    result = runner.invoke(quiet_hours.app, arguments)
    assert result.exit_code == Exit.WRONG_USE
    assert says in result.output


def test_rules_are_shown_by_place() -> None:
    assert [one["rule"] for one in told("rules", "US-TX")] == ["quiet_hours/US-TX/marketing/law"]
    assert "Mon-Sat 09:00-21:00, Sun 12:00-21:00" in told("rules", "US-TX")[0]["text"]
    assert len(told("rules", "US")) > 30
    assert len(told("rules")) > 80
