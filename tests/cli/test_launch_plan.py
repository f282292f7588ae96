"""`tidings launch-plan`: what is asked, how long it takes, what can be sent meanwhile."""

import json
from datetime import date
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tidings.cli import launch_plan
from tidings.cli.fault import Exit, Fault
from tidings.data import tables
from tidings.planner.launch import LaunchPlan
from tidings.planner.launch import launch_plan as planned
from tidings.senders import Kind

line = typer.Typer()
line.command("launch-plan")(launch_plan.command)
runner = CliRunner()


def told(country: str, sender: str) -> Any:
    arguments = ["--country", country, "--sender", sender, "--start", "2026-12-01", "--json"]
    result = runner.invoke(line, arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_us_long_code_needs_a_brand_its_vetting_and_a_campaign() -> None:
    plan = told("US", "10dlc")
    assert [step["step"] for step in plan["steps"]] == [
        "Register the brand",
        "Have the brand vetted",
        "Register the campaign",
    ]
    waits = [(step["wait_days"]["least"], step["wait_days"]["most"]) for step in plan["steps"]]
    assert (plan["wait_days"]["least"], plan["wait_days"]["most"]) == (
        sum(least for least, _ in waits),
        sum(most for _, most in waits),
    )
    assert plan["ready"] == {"earliest": "2026-12-03", "latest": "2027-01-03"}
    assert all(step["source"] and step["as_of"] for step in plan["steps"])
    assert "30034" in plan["meanwhile"][0]
    assert plan["mps"] == 225


def test_a_toll_free_number_is_verified_for_the_us_and_for_canada() -> None:
    for country in ("US", "CA"):
        plan = told(country, "toll-free")
        assert [step["where"] for step in plan["steps"]] == ["POST /messaging/v1/Tollfree/Verifications"]
        assert "30032" in plan["meanwhile"][0]
        assert plan["mps"] == 3


def test_where_nothing_has_to_be_approved_everything_can_be_sent_at_once() -> None:
    plan = told("Germany", "sender_id")
    assert (plan["country"], plan["steps"]) == ("DE", [])
    assert plan["ready"] == {"earliest": "2026-12-01", "latest": "2026-12-01"}
    assert plan["meanwhile"] == ["Everything: nothing has to be approved first."]


def test_what_no_source_tells_is_not_known() -> None:
    plan = told("IN", "alphanumeric")
    (step,) = plan["steps"]
    assert (step["wait_days"], step["source"]) == ({"least": None, "most": None}, None)
    assert plan["ready"] == {"earliest": None, "latest": None}


def test_an_optional_registration_delays_nothing() -> None:
    plan = told("GB", "alphanumeric")
    assert [step["optional"] for step in plan["steps"]] == [True]
    assert plan["wait_days"] == {"least": 0, "most": 0}


def test_for_people_it_is_a_table_and_sentences() -> None:
    result = runner.invoke(
        line,
        ["--country", "us", "--sender", "short_code", "--start", "2026-12-01"],
        env={"COLUMNS": "200"},
    )
    assert result.exit_code == 0
    for words in ("short_code for United States", "42-70 days", "2027-01-19 to 2027-02-23", "100 MPS"):
        assert words in result.stdout


@pytest.mark.parametrize(
    ("country", "sender", "reason", "remedy"),
    [
        ("Germny", "alphanumeric", "no country 'Germny'", "DE (Germany)"),
        ("XX", "long_code", "no country 'XX'", "two letters"),
        ("", "long_code", "no country ''", "two letters"),
        ("US", "pigeon", "no kind of sender 'pigeon'", "long_code, toll_free, short_code, alphanumeric"),
        ("US", "alphanumeric", "United States has no sender of the kind alphanumeric", "toll_free"),
        ("DE", "toll_free", "Germany has no sender of the kind toll_free", "long_code"),
        ("KP", "long_code", "has no sender of the kind long_code", "no kind of sender that is known"),
    ],
)
def test_an_unknown_country_or_sender_is_told_with_what_there_is(
    country: str, sender: str, reason: str, remedy: str
) -> None:
    result = runner.invoke(line, ["--country", country, "--sender", sender])
    assert isinstance(result.exception, Fault)
    assert result.exception.exit is Exit.WRONG_USE
    assert reason in result.exception.reason
    assert remedy in result.exception.remedy
    assert result.stdout == ""


def test_a_start_that_is_no_day_is_refused_naming_the_option() -> None:
    result = runner.invoke(line, ["--country", "US", "--sender", "10dlc", "--start", "soon"])
    assert result.exit_code == 2
    assert "soon" in result.stderr


def test_every_country_and_kind_of_the_tables_gives_a_plan() -> None:
    for row in tables.rows("rules/countries.csv"):
        for kind in Kind:
            plan = planned(row["iso2"], kind)
            if isinstance(plan, LaunchPlan):
                earliest, latest = plan.ready(date(2026, 12, 1))
                assert earliest is None or latest is None or earliest <= latest
                assert plan.meanwhile


def test_every_figure_has_its_source() -> None:
    for row in tables.rows("launch_steps.csv"):
        assert bool(row["most_days"]) == bool(row["source"]) == bool(row["as_of"]), row
