"""A home comes up, answers, ends in order, and carries on after any of its processes was killed."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.journeys.running_home import ENDS_WITHIN_SECONDS, RunningHome, running_home, start_up, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

TO = "+14155552671"


@pytest.fixture(scope="module")
def mortal() -> Iterator[RunningHome]:
    """A home whose processes are killed, one test after the other; each leaves it well."""
    with running_home() as running:
        yield running


def test_the_ready_file_says_all_that_a_caller_needs(home: RunningHome) -> None:
    assert set(home.facts) == {
        "base_url",
        "account_sid",
        "auth_token",
        "database_url",
        "console",
        "simulator",
        "proxy_url",
        "ca_file",
        "pid",
    }
    assert set(home.facts["simulator"]) == {"smpp_host", "smpp_port", "control_url"}
    assert home.facts["pid"] == home.process.pid
    assert Path(home.facts["ca_file"]).exists()


def test_a_message_is_delivered(home: RunningHome) -> None:
    message = home.json("send", "--to", TO, "--body", "Hello", "--wait")
    assert message["status"] == "delivered"


def test_what_is_undelivered_fails_the_command_with_its_code(home: RunningHome) -> None:
    done = home.tidings("send", "--to", "+14155550003", "--body", "Hello", "--wait")
    assert done.returncode == 5
    assert "30003" in done.stderr


def test_what_the_api_refuses_is_told_with_its_code(home: RunningHome) -> None:
    done = home.tidings("send", "--to", "12", "--body", "Hello")
    assert done.returncode == 4
    assert "21211" in done.stderr


def test_secrets_of_the_home_are_closed_to_others(home: RunningHome) -> None:
    for file in (home.home / "secrets" / "key", home.home / "running.json", home.home / "ca" / "ca.key"):
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_second_up_in_the_same_home_is_refused(home: RunningHome) -> None:
    second = start_up(home.folder)
    assert second.wait(30) == 1
    assert "already runs" in (home.folder / "up.log").read_text()


def test_one_page_of_metrics_covers_all_processes(home: RunningHome) -> None:
    import urllib.request

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    home.json("send", "--to", TO, "--body", "Hello", "--wait")
    with opener.open(home.facts["base_url"] + "/metrics", timeout=10) as answer:
        page = answer.read().decode()
    assert "tidings_webhook_seconds" in page


def test_the_doctor_finds_a_running_home_well(home: RunningHome) -> None:
    told = home.json("doctor")
    assert told["well"] is True, told
    assert {check["check"] for check in told["checks"]} >= {
        *("disk", "secrets", "processes", "API", "proxy", "carrier", "database", "clock"),
        *("migrations", "partitions", "dispatch", "callbacks", "python"),
    }


def test_the_doctor_says_what_is_wrong_with_a_home_that_does_not_run(tmp_path: Path) -> None:
    home = RunningHome(tmp_path, start_up(tmp_path, "--help"))
    home.process.wait()
    done = home.tidings("doctor")
    assert done.returncode == 5
    assert "WRONG  processes" in done.stdout
    assert "tidings up" in done.stdout


def test_sigterm_ends_everything_within_ten_seconds() -> None:
    with running_home() as home:
        pids = [home.process.pid, *home.pids.values()]
        assert home.end() < ENDS_WITHIN_SECONDS
        assert not [pid for pid in pids if psutil.pid_exists(pid)]
        assert not (home.home / "running.json").exists()


@pytest.mark.parametrize("role", ["web-1", "dispatch-1", "work-1", "simulator-1", "postgres"])
def test_a_killed_process_is_replaced_and_delivery_goes_on(mortal: RunningHome, role: str) -> None:
    before = mortal.pids[role]
    os.kill(before, signal.SIGKILL)
    until(lambda: mortal.pids.get(role) not in (None, before), within_seconds=40, or_else=mortal.said)
    deadline = time.monotonic() + 60
    while True:
        done = mortal.tidings("send", "--to", TO, "--body", "Still there?", "--wait", "--json")
        if done.returncode == 0:
            break
        assert time.monotonic() < deadline, done.stderr + mortal.said()
    assert json.loads(done.stdout)["status"] == "delivered"


def test_after_kill_9_of_everything_the_next_up_carries_on(mortal: RunningHome) -> None:
    account, address = mortal.facts["account_sid"], mortal.facts["base_url"]
    mortal.json("send", "--to", TO, "--body", "I go first", "--wait")
    mortal.json("lanes", "pause", "55501")
    waiting = mortal.json("send", "--to", TO, "--body", "I wait")
    mortal.kill_everything()
    mortal.up()
    assert (mortal.facts["account_sid"], mortal.facts["base_url"]) == (account, address)
    mortal.json("lanes", "resume", "55501")
    until(lambda: _status(mortal, waiting["sid"]) == "delivered", within_seconds=60, or_else=mortal.said)


def test_children_die_with_their_supervisor_and_postgres_is_adopted(mortal: RunningHome) -> None:
    pids = mortal.pids
    postgres = pids.pop("postgres")
    mortal.process.kill()
    mortal.process.wait()
    until(
        lambda: not any(psutil.pid_exists(pid) for pid in pids.values()),
        within_seconds=10,
        or_else=lambda: pids,
    )
    mortal.up()
    assert mortal.pids["postgres"] == postgres


def _status(home: RunningHome, sid: str) -> str:
    from tidings.cli.http_api import HttpApi

    return str(HttpApi(home.facts).message(sid)["status"])


def test_sigterm_while_it_comes_up_leaves_nothing_running(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    process = start_up(tmp_path)
    until((tmp_path / "home").exists, within_seconds=60, or_else=lambda: "no home", alive=process)
    process.terminate()
    assert process.wait(30) == 0, (tmp_path / "up.log").read_text()
    left = [
        one
        for one in psutil.process_iter(["cmdline"])
        if str(tmp_path) in " ".join(one.info["cmdline"] or ())
    ]
    assert not left
