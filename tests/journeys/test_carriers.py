"""An operator with two carriers: written down, tried, used, explained, drained and taken out, all while it runs."""

import base64
import json
import secrets
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.command import environment, run_command
from tests.journeys.running_home import until
from tests.journeys.test_roles import role, tidings

from tidings.cli.http_api import HttpApi

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def refused(environ: dict[str, str], *words: str) -> dict[str, Any]:
    done = run_command(*words, "--json", environ=environ)
    assert done.returncode != 0, done.stdout
    return json.loads(done.stderr.splitlines()[-1])  # type: ignore[no-any-return]


def received(carrier: dict[str, Any]) -> int:
    with urllib.request.urlopen(f"{carrier['control_url']}/received?limit=1000", timeout=5) as answer:
        return len(json.load(answer))


async def test_two_carriers_from_the_first_line_of_the_book_to_the_last(
    empty_db_url: str, tmp_path: Path
) -> None:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    environ = environment(TIDINGS_DATABASE_URL=empty_db_url, TIDINGS_SECRET_KEY=key)
    tidings(environ, "migrate")
    account = tidings(environ, "accounts", "create", "Shop")
    tidings(environ, "senders", "add", "55502", "--mps", "50", "--account", account["account_sid"])
    assert tidings(environ, "carriers", "list") == []
    (tmp_path / "beta").mkdir()
    with ExitStack() as roles:
        alpha = roles.enter_context(role("simulator", tmp_path, environ))
        beta = roles.enter_context(role("simulator", tmp_path / "beta", environ))
        web = roles.enter_context(role("web", tmp_path, environ))
        roles.enter_context(role("dispatch", tmp_path, environ))
        roles.enter_context(role("work", tmp_path, environ))
        api = HttpApi(account | {"base_url": f"http://127.0.0.1:{web['port']}"})

        def send_and_wait(count: int) -> None:
            sids = [
                api.send(To=f"+141555526{n:02d}", From="55502", Body="By whom?")["sid"] for n in range(count)
            ]
            until(
                lambda: all(api.message(sid)["status"] == "delivered" for sid in sids),
                within_seconds=60,
                or_else=lambda: (tmp_path / "dispatch.log").read_text(),
            )

        # Written down, and used by the dispatcher that runs.
        address = f"smpp://tidings:tidings@127.0.0.1:{alpha['smpp_port']}"
        assert tidings(environ, "carriers", "add", "alpha", f"{address}?binds=2") == {
            "name": "alpha",
            "state": "active",
        }
        assert tidings(environ, "carriers", "test", "alpha")["connected_after_seconds"] > 0
        send_and_wait(5)
        assert received(alpha) == 5
        shown = tidings(environ, "carriers", "show", "alpha")
        assert shown["settings"]["password"] == "(hidden)"
        assert shown["settings"]["binds"] == 2

        # Routes, and why.
        settings = json.dumps({"host": "127.0.0.1", "port": beta["smpp_port"], "system_id": "tidings"})
        (tmp_path / "beta.yaml").write_text(settings)
        told = tidings(
            environ,
            *("carriers", "add", "beta", "--settings", str(tmp_path / "beta.yaml")),
            *("--set", "password=tidings", "--tps", "40"),
        )
        assert told["state"] == "active"
        first = tidings(environ, "routes", "add", "beta", "--country", "us", "--place", "1")["route"]
        tidings(environ, "routes", "add", "alpha")
        explained = tidings(environ, "routes", "explain", "+14155552601", "--from", "55502")
        assert [one["carrier"] for one in explained["candidates"]] == ["beta", "alpha"]
        assert explained["candidates"][0]["reason"] == f"route {first}, place 1: country US"
        abroad = tidings(environ, "routes", "explain", "+436641234567")
        assert [one["carrier"] for one in abroad["candidates"]] == ["alpha"]
        until(
            lambda: tidings(environ, "carriers", "show", "beta")["bound"],
            within_seconds=60,
            or_else=lambda: (tmp_path / "dispatch.log").read_text(),
        )
        send_and_wait(5)
        assert (received(alpha), received(beta)) == (5, 5)

        # Drained under way: the other takes over; then out of the book.
        assert tidings(environ, "carriers", "drain", "beta")["state"] == "draining"
        send_and_wait(5)
        assert (received(alpha), received(beta)) == (10, 5)
        assert "off" in refused(environ, "carriers", "remove", "beta")["error"]
        tidings(environ, "carriers", "off", "beta")
        tidings(environ, "carriers", "remove", "beta")
        assert [one["name"] for one in tidings(environ, "carriers", "list")] == ["alpha"]
        assert [one["carrier"] for one in tidings(environ, "routes", "list")] == ["alpha"]
        until(
            lambda: tidings(environ, "carriers", "list")[0]["last_24_hours"]["delivered"] == 10,
            within_seconds=60,
            or_else=lambda: json.dumps(tidings(environ, "carriers", "list")),
        )


async def test_what_cannot_be_used_is_refused_before_it_is_written(empty_db_url: str) -> None:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    environ = environment(TIDINGS_DATABASE_URL=empty_db_url, TIDINGS_SECRET_KEY=key)
    tidings(environ, "migrate")
    for words, said in (
        (("add", "bad name", "smpp://me:pw@host"), "no name"),
        (("add", "alpha", "smpp://me:pw@host?windw=3"), "windw: no such setting"),
        (("add", "alpha", "--kind", "pigeon"), "no kind"),
        (("add", "alpha", "--set", "host=h"), "password: missing"),
        (("drain", "alpha"), "no carrier alpha"),
        (("show", "alpha"), "no carrier alpha"),
    ):
        assert said in refused(environ, "carriers", *words)["error"]
    assert "no carrier" in refused(environ, "routes", "add", "alpha")["error"]
    assert "no class" in refused(environ, "routes", "add", "alpha", "--class", "spam")["error"]
    assert tidings(environ, "carriers", "list") == []


async def test_a_dispatcher_without_the_key_of_the_book_ends_at_once_and_says_why(empty_db_url: str) -> None:
    key, other = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    environ = environment(TIDINGS_DATABASE_URL=empty_db_url, TIDINGS_SECRET_KEY=key)
    tidings(environ, "migrate")
    tidings(environ, "carriers", "add", "alpha", "smpp://me:sesame@smsc.example")
    assert "TIDINGS_SECRET_KEY" in refused(environ | {"TIDINGS_SECRET_KEY": other}, "dispatch")["error"]
    assert "another key" in refused(environ | {"TIDINGS_SECRET_KEY": other}, "carriers", "list")["error"]
