"""`tidings plan`: the throughput calculator on the command line."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from tidings.cli import plan

line = typer.Typer()
line.command("plan")(plan.command)
runner = CliRunner()


def told(*arguments: str) -> dict[str, object]:
    result = runner.invoke(line, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


def test_the_guides_examples_in_json() -> None:
    first = told("--messages", "750000", "--segments", "1", "--mps", "3", "--queue-hours", "4")
    assert first["capacity_segments"] == 43_200
    assert first["drain_seconds"] == 250_000
    assert first["overflow_segments"] == first["overflow_messages"] == 706_800
    assert first["required_mps"] == 53
    second = told("--messages", "750000", "--segments", "2", "--mps", "100", "--queue-hours", "4")
    assert (second["overflow_segments"], second["overflow_messages"]) == (60_000, 30_000)


def test_the_queue_is_ten_hours_long_unless_told_otherwise() -> None:
    assert told("--messages", "1", "--mps", "100")["capacity_segments"] == 3_600_000
    assert told("--messages", "1", "--mps", "3.3", "--queue-hours", "0.5")["capacity_segments"] == 5_940


def test_for_people_it_is_a_table_and_advice() -> None:
    result = runner.invoke(
        line, ["--messages", "750000", "--segments", "2", "--mps", "100", "--queue-hours", "4"]
    )
    assert result.exit_code == 0
    for word in (
        "1,440,000",
        "15,000",
        "30,000",
        "60,000",
        "105",
        "125",
        "Or spread the send over at least 10 min",
    ):
        assert word in result.stdout


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--messages", "0"),
        ("--messages", "-5"),
        ("--messages", "many"),
        ("--messages", "1.5"),
        ("--segments", "0"),
        ("--mps", "0"),
        ("--mps", "nan"),
        ("--mps", "inf"),
        ("--mps", "-1"),
        ("--mps", "1e-300"),
        ("--messages", "1" + "0" * 400),
        ("--queue-hours", "0"),
        ("--queue-hours", "-inf"),
    ],
)
def test_a_bad_number_is_refused_naming_the_option(option: str, value: str) -> None:
    given = {"--messages": "10", "--mps": "3", option: value}
    result = runner.invoke(line, [f"{name}={number}" for name, number in given.items()])
    assert result.exit_code == 2
    assert option in result.stderr
    assert result.stdout == ""


def test_messages_and_mps_must_be_given() -> None:
    result = runner.invoke(line, ["--mps", "3"])
    assert result.exit_code == 2
    assert "--messages" in result.stderr


def test_the_mps_comes_from_the_tables_when_the_sender_is_described() -> None:
    assert told("--messages", "1", "--sender-kind", "short_code")["mps"] == 100
    assert told("--messages", "1", "--sender-kind", "long_code", "--country", "gb")["mps"] == 10
    assert told("--messages", "1", "--sender-kind", "toll_free", "--mps", "25")["mps"] == 25
    campaign = told("--messages", "90000", "--sender-kind", "long_code", "--trust-score", "60")
    assert campaign["mps"] == 120
    assert "T-Mobile takes 40,000 segments a day" in str(campaign["advice"])
    assert "3 days" in str(campaign["advice"])
    assert told("--messages", "1", "--brand-type", "sole_proprietor")["mps"] == 1
    assert "30034" in str(told("--messages", "1", "--sender-kind", "long_code")["advice"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "--mps"),
        (["--sender-kind", "toll_free", "--trust-score", "60"], "campaign"),
        (["--trust-score", "60", "--country", "GB"], "campaign"),
        (["--sender-kind", "long_code", "--country", "XX"], "country"),
    ],
)
def test_a_sender_that_cannot_be_is_refused_with_the_reason(arguments: list[str], reason: str) -> None:
    result = runner.invoke(line, ["--messages", "1", *arguments])
    assert result.exit_code == 2
    assert reason in result.output
