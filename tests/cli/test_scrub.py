"""`tidings scrub`: what it tells, and what it wants told."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tidings.cli import scrub
from tidings.cli.fault import Exit, Fault

line = typer.Typer()
line.command("scrub")(scrub.command)
runner = CliRunner()


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    file = tmp_path / "contacts.csv"
    file.write_text("name,phone\nAnna,+14155552671\nBen,nobody\nCarl,(415) 555-2671\n")
    return file


def test_a_scrub_tells_what_became_of_a_list_and_what_it_saves(contacts: Path) -> None:
    result = runner.invoke(line, [str(contacts), "--price", "0.5", "--json"])
    told = json.loads(result.stdout)
    assert (told["rows"], told["kept"], told["rejected"], told["saved"]) == (3, 1, 2, 1.0)
    assert told["reasons"] == {"not_a_number": 1, "duplicate": 1}
    assert Path(told["cleaned_file"]) == contacts.with_name("contacts.scrubbed") / "cleaned.csv"
    shown = runner.invoke(line, [str(contacts), "--price", "0.5"]).stdout
    assert "3 rows by the column 'phone': 1 kept" in shown


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--country", "XX"], "no country"),
        (["--keep", "dreams"], "keeps nothing"),
        (["--column", "tel"], "no column 'tel'"),
    ],
)
def test_what_cannot_be_done_is_told(contacts: Path, options: list[str], problem: str) -> None:
    result = runner.invoke(line, [str(contacts), *options])
    fault = result.exception
    assert isinstance(fault, Fault)
    assert problem in str(fault.reason)
    assert fault.exit is Exit.WRONG_USE
    assert not contacts.with_name("contacts.scrubbed").joinpath("cleaned.csv").exists()
