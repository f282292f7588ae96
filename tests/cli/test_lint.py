"""`tidings lint`: texts are looked at, and the exit code tells a script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tidings.cli import lint
from tidings.cli.fault import Exit, Fault

line = typer.Typer()
line.command("lint")(lint.command)
runner = CliRunner()

CLEAN = "Acme: 20% off. Reply STOP to opt out"
SHORT = "Acme: 20% off at bit.ly/x. Reply STOP to opt out"
BEER = "Acme: beer is 20% off. Reply STOP to opt out"


def told(*arguments: str, exit: Exit = Exit.DONE) -> dict[str, Any]:
    result = runner.invoke(line, ["--json", *arguments])
    assert result.exit_code == exit, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def rules(answer: dict[str, Any]) -> dict[int, list[str]]:
    return {one["line"]: [finding["rule"] for finding in one["findings"]] for one in answer["found"]}


def test_a_text_without_fault_ends_well() -> None:
    assert told(CLEAN, "--country", "US", "--brand", "Acme") == {
        "texts": 1,
        "segments": 1,
        "errors": 0,
        "warnings": 0,
        "notices": 0,
        "found": [],
        "together": [],
    }


def test_an_error_fails_the_command_and_a_warning_only_a_strict_one() -> None:
    assert rules(told(SHORT, "--country", "US", exit=Exit.PROMISE_BROKEN)) == {1: ["link/short"]}
    assert rules(told(BEER, "--country", "US")) == {1: ["topic/alcohol"]}
    told(BEER, "--country", "US", "--strict", exit=Exit.PROMISE_BROKEN)


def test_a_text_may_come_from_standard_input() -> None:
    result = runner.invoke(line, ["--to", "+14155552671"], input=SHORT + "\n")
    assert result.exit_code == Exit.PROMISE_BROKEN
    assert "link/short" in result.stdout
    assert "1 text, 1 segment: 1 error." in result.stdout


def test_a_sender_is_looked_at_with_its_country() -> None:
    arguments = ["--sender", "INFO", "--country", "GB", "--traffic", "transactional"]
    assert rules(told("Hi", *arguments, exit=Exit.PROMISE_BROKEN)) == {1: ["sender/generic"]}
    answer = told(CLEAN, "--sender-type", "alphanumeric", "--country", "US", exit=Exit.PROMISE_BROKEN)
    assert rules(answer) == {1: ["sender/kind"]}


def test_a_file_has_a_text_a_line(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text(f"{CLEAN}\n\n{SHORT}\n", "utf-8")
    answer = told("--file", str(file), "--country", "US", exit=Exit.PROMISE_BROKEN)
    assert answer["texts"] == 2
    assert rules(answer) == {3: ["link/short"]}


def test_a_csv_has_an_envelope_a_row(tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    file.write_text(
        f'Body,To,From,brand\n"{CLEAN}",+14155552671,+14155550100,\n'
        '"Promo, venez vite",+33612345678,36111,Acme\n',
        "utf-8-sig",
    )
    answer = told("--file", str(file), "--country", "US", exit=Exit.PROMISE_BROKEN)
    assert rules(answer) == {3: ["opt-out/missing", "brand/missing"]}
    assert answer["found"][0]["findings"][0]["country"] == "FR"


def test_texts_of_a_file_are_looked_at_together(tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    rows = "".join(f"All coffee is 20% off until Sunday. STOP,+141555501{n:02}\n" for n in range(12))
    file.write_text("text,sender\n" + rows, "utf-8")
    answer = told("--file", str(file), "--traffic", "transactional")
    assert [one["rule"] for one in answer["together"]] == ["snowshoe/senders"]
    assert answer["warnings"] == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("to,sender\n+14155552671,36111\n", "line 1, column text"),
        ("", "line 1, column text"),
        ("text,to\nhi,0612\n", "line 2, column to"),
        ("text,country\nhi,US\nhi,UK\n", "line 3, column country"),
        ("text,country\nhi\n", "line 2:"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "texts.csv"
    file.write_text(text, "utf-8")
    result = runner.invoke(line, ["--file", str(file)])
    assert isinstance(result.exception, Fault)
    assert reason in result.exception.reason
    assert result.exception.exit is Exit.WRONG_USE


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["hi", "--country", "UK"], "--country"),
        (["hi", "--to", "12"], "--to"),
        (["hi", "--sender", "a very long sender id"], "--sender"),
        ([""], "TEXT"),
    ],
)
def test_an_option_that_cannot_be_read_is_named(arguments: list[str], named: str) -> None:
    result = runner.invoke(line, arguments)
    assert result.exit_code == Exit.WRONG_USE
    assert named in result.stderr
