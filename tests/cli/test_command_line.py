"""Every verb explains itself, and wrong use is refused with a code that a script can test."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.command import environment, run_command
from typer.testing import CliRunner

from tidings import __version__
from tidings.cli.env import Shell, written
from tidings.cli.fault import Fault
from tidings.cli.home import Home, find_home, read_json, write_whole
from tidings.cli.ports import Wanted, take_ports
from tidings.cli.up import read_processes
from tidings.cli.verbs import VERBS, command_line

RUN = CliRunner()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str) -> None:
    shown = RUN.invoke(command_line(verb), [verb, "--help"])
    assert shown.exit_code == 0, shown.output
    homeless = ("plan", "launch-plan", "segments", "lint", "scrub", "bench", "demo")
    assert "--home" in shown.output or VERBS[verb].group or verb in homeless


def test_help_names_every_verb() -> None:
    shown = RUN.invoke(command_line(""), ["--help"]).output
    assert all(f" {verb} " in shown for verb in VERBS)


def test_the_version_is_printed() -> None:
    assert RUN.invoke(command_line(""), ["--version"]).output == f"tidings {__version__}\n"


def test_the_benchmarks_are_listed_with_what_they_measure() -> None:
    shown = RUN.invoke(command_line("bench"), ["bench", "accept", "segments", "--list", "--json"])
    told = json.loads(shown.output)
    assert list(told) == ["accept", "segments"]
    assert all(told.values())


def test_an_unknown_verb_is_wrong_use() -> None:
    assert RUN.invoke(command_line("sned"), ["sned"]).exit_code == 2


def modules_after(program: str) -> set[str]:
    """What an interpreter of its own has imported after a program."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {program}; print(*sys.modules)"],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_help_comes_without_loading_what_verbs_need() -> None:
    loaded = modules_after("import tidings.cli.verbs as v; v.command_line('')")
    assert not {"asyncpg", "litestar", "cryptography", "aiohttp"} & loaded


@pytest.mark.parametrize("role", ["dispatch", "work"])
def test_only_the_web_role_loads_what_serves_the_web(role: str) -> None:
    assert "litestar" not in modules_after(f"from tidings import app; app.load('{role}')")


def test_the_program_itself_ends_with_the_exit_code_of_its_command() -> None:
    for words, code in (
        (["segments", "Hello"], 0),
        (["sned"], 2),
        (["opt-outs", "list", "--account", "x"], 2),
    ):
        true = subprocess.run(
            [sys.executable, "-m", "tidings", *words], env=environment(), capture_output=True, check=False
        )
        assert true.returncode == run_command(*words).returncode == code


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", {"web": 1, "dispatch": 1, "work": 1}),
        ("web=2,work=0", {"web": 2, "dispatch": 1, "work": 0}),
    ],
)
def test_processes_are_counted_by_role(text: str, counts: dict[str, int]) -> None:
    assert read_processes(text) == counts


@pytest.mark.parametrize("text", ["web", "web=", "web=-1", "queue=1", "web=1;work=1", "web=65"])
def test_unreadable_process_counts_are_refused(text: str) -> None:
    with pytest.raises(Fault, match="cannot be read"):
        read_processes(text)


def test_a_home_is_the_one_named_or_that_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_home(tmp_path / "x").folder == tmp_path / "x"
    assert find_home(None).folder == Path("~/.local/share/tidings").expanduser()
    (tmp_path / ".home").mkdir()
    assert find_home(None).folder == tmp_path / ".home"


def test_a_home_that_does_not_run_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(Fault, match="No Tidings runs"):
        home.must_run()


def test_what_a_killed_home_left_behind_is_not_taken_for_a_running_one(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    with home.occupied():
        write_whole(home.running_file, '{"pid": 1}')
        assert home.running() == {"pid": 1}
    assert home.running_file.exists()
    assert home.running() is None


def test_two_of_a_home_cannot_run_at_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    with home.occupied(), pytest.raises(Fault, match="already runs"), home.occupied():
        raise AssertionError("the second one must not come in")


def test_a_home_keeps_its_ports_and_finds_others_when_they_are_taken(tmp_path: Path) -> None:
    home = Home(tmp_path)
    wanted = {"web": Wanted("127.0.0.1", 0, "--port")}
    first = take_ports(home, wanted)["web"]
    port = first.getsockname()[1]
    other = take_ports(home, wanted)["web"]
    assert other.getsockname()[1] != port
    write_whole(home.ports_file, f'{{"web": {port}}}')
    first.close()
    other.close()
    again = take_ports(home, wanted)["web"]
    assert again.getsockname()[1] == port
    again.close()


def test_a_half_written_file_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": ')
    assert read_json(tmp_path / "x.json") is None


def test_exports_survive_whatever_is_in_them() -> None:
    value = 'it\'s a $value with "quotes"'
    done = subprocess.run(
        ["sh", "-c", written({"X": value}, Shell.SH) + '\nprintf %s "$X"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == value
