"""`tidings segments`: what a text costs."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tidings.cli import segments

line = typer.Typer()
line.command("segments")(segments.command)
runner = CliRunner()


def told(text: str) -> dict[str, Any]:
    result = runner.invoke(line, ["--json", "--", text])
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_a_plain_text_is_one_segment_of_gsm_7() -> None:
    answer = told("Hello")
    assert (answer["encoding"], answer["segments"], answer["units"]) == ("GSM-7", 1, 5)
    assert answer["parts"] == ["Hello"]
    assert answer["culprits"] == []


def test_it_names_the_character_that_forces_ucs_2_what_it_costs_and_what_smart_encoding_saves() -> None:
    text = "a" * 100 + "\u2019" + "b" * 40
    answer = told(text)
    assert (answer["encoding"], answer["segments"]) == ("UCS-2", 3)
    (culprit,) = answer["culprits"]
    assert culprit["name"] == "RIGHT SINGLE QUOTATION MARK"
    assert (culprit["position"], culprit["times"], culprit["suggestion"]) == (100, 1, "'")
    assert answer["extra_segments"] == 2
    assert answer["smart"]["segments"] == 1
    assert answer["smart_saves_segments"] == 2
    assert "".join(answer["parts"]) == text


def test_a_text_comes_from_standard_input_and_its_last_newline_does_not_count() -> None:
    result = runner.invoke(line, ["--json"], input="x" * 160 + "\n")
    assert json.loads(result.stdout)["segments"] == 1


def test_for_people_it_shows_parts_and_culprits_as_they_are() -> None:
    result = runner.invoke(line, ["[bold]Zażółć[/bold] gęślą jaźń \U0001f600"])
    assert result.exit_code == 0
    assert "[bold]Zażółć[/bold]" in result.stdout
    assert "GRINNING FACE" in result.stdout
    assert "UCS-2" in result.stdout


def test_a_text_that_no_message_takes_is_called_too_long() -> None:
    assert told("x" * 1_700)["over_limit"] == 100
    assert "21617" in runner.invoke(line, ["x" * 1_700]).stdout


@pytest.mark.parametrize("given", [b"", b"\n", b"\xff\xfe"])
def test_no_text_or_no_utf_8_is_refused(given: bytes) -> None:
    result = runner.invoke(line, [], input=given)
    assert result.exit_code == 2
    assert "TEXT" in result.stderr
    assert result.stdout == ""
