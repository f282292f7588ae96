"""The roles one by one, against a PostgreSQL of one's own, as on several hosts."""

import base64
import json
import secrets
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.command import environment, run_command
from tests.journeys.running_home import until

from tidings.cli.http_api import HttpApi

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@contextmanager
def role(name: str, folder: Path, environ: dict[str, str]) -> Iterator[dict[str, Any]]:
    """A role that runs; what it said when it was ready."""
    log = folder / f"{name}.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tidings", name, "--json"],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text()
        yield json.loads(line)
        process.terminate()
        assert process.wait(15) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def tidings(environ: dict[str, str], *words: str) -> Any:
    done = run_command(*words, "--json", environ=environ)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def metrics_at(port: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


async def test_each_role_runs_alone_against_a_database_that_is_named(
    empty_db_url: str, tmp_path: Path
) -> None:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    environ = environment(TIDINGS_DATABASE_URL=empty_db_url, TIDINGS_SECRET_KEY=key)
    assert tidings(environ, "migrate", "--dry-run")["pending"]
    assert tidings(environ, "migrate")["applied"]
    account = tidings(environ, "accounts", "create", "Shop")
    tidings(environ, "senders", "add", "55502", "--mps", "50", "--account", account["account_sid"])
    assert tidings(environ, "senders", "list", "--account", account["account_sid"])[0]["mps"] == 50
    with ExitStack() as roles:
        carrier = roles.enter_context(role("simulator", tmp_path, environ))
        environ["TIDINGS_CARRIER_URL"] = f"smpp://tidings:tidings@127.0.0.1:{carrier['smpp_port']}"
        web = roles.enter_context(role("web", tmp_path, environ))
        port = str(free_port())
        roles.enter_context(role("dispatch", tmp_path, environ | {"TIDINGS_HEALTH_PORT": port}))
        roles.enter_context(role("work", tmp_path, environ))
        api = HttpApi(account | {"base_url": f"http://127.0.0.1:{web['port']}"})
        sent = api.send(To="+14155552671", From="55502", Body="Each on its own")
        until(
            lambda: api.message(sent["sid"])["status"] == "delivered",
            within_seconds=30,
            or_else=lambda: (tmp_path / "dispatch.log").read_text(),
        )
        until(
            lambda: "tidings_dispatch_handed_over_total 1.0" in metrics_at(port),
            within_seconds=5,
            or_else=lambda: metrics_at(port),
        )
        assert 'tidings_carrier_bound{carrier="tidings@127.0.0.1"} 1.0' in metrics_at(port)


@pytest.mark.parametrize(
    ("words", "settings", "said"),
    [
        (["web"], {}, "TIDINGS_DATABASE_URL"),
        (["web"], {"TIDINGS_DATABASE_URL": "postgresql://db/x"}, "TIDINGS_SECRET_KEY"),
        (["dispatch"], {"TIDINGS_DATABASE_URL": "postgresql://db/x"}, "TIDINGS_CARRIER_URL"),
        (["work"], {"TIDINGS_PROT": "1"}, "Did you mean TIDINGS_PORT"),
        (["up", "--processes", "web=many"], {}, "web=many"),
        (["up", "--no-simulator"], {}, "TIDINGS_CARRIER_URL"),
        (
            ["up", "--no-simulator"],
            {"TIDINGS_CARRIER_URL": "smpp://me:sesame@smsc.example?windw=9"},
            "TIDINGS_CARRIER_URL: windw: no such setting",
        ),
        (
            ["dispatch"],
            {
                "TIDINGS_DATABASE_URL": "postgresql://db/x",
                "TIDINGS_CARRIER_URL": "smpps://me:sesame@smsc.example?tls_ca_file=/nowhere/ca.pem",
            },
            "tls_ca_file",
        ),
    ],
)
def test_what_is_missing_is_told_with_its_remedy(
    words: list[str], settings: dict[str, str], said: str
) -> None:
    done = run_command(*words, environ=settings)
    assert done.returncode == 2
    assert said in done.stderr
    assert "sesame" not in done.stderr
