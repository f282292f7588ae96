"""What breaks under a command is told with a remedy, on standard error alone."""

import base64
import json
import secrets

import asyncpg
import pytest
from tests.command import command

from tidings.cli.breakdown import fault_of
from tidings.runtime.secrets import BadKey, Unsealable

ACCOUNT = "AC" + "0" * 32
NOBODY_LISTENS = "postgresql://127.0.0.1:1/tidings"


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (ConnectionRefusedError("refused"), "TIDINGS_DATABASE_URL"),
        (TimeoutError(), "TIDINGS_DATABASE_URL"),
        (asyncpg.InvalidCatalogNameError('database "x" does not exist'), "TIDINGS_DATABASE_URL"),
        (asyncpg.InvalidPasswordError("password authentication failed"), "TIDINGS_DATABASE_URL"),
        (asyncpg.UndefinedTableError('relation "lanes" does not exist'), "tidings migrate"),
        (BadKey("a key has 32 bytes, this one has 3"), "TIDINGS_SECRET_KEY"),
        (Unsealable("it was sealed with another key"), "TIDINGS_SECRET_KEY"),
        (ExceptionGroup("crew", [ConnectionResetError("reset")]), "TIDINGS_DATABASE_URL"),
    ],
)
def test_what_breaks_is_told_with_what_mends_it(error: Exception, remedy: str) -> None:
    fault = fault_of(error)
    assert fault is not None
    assert remedy in fault.remedy


@pytest.mark.parametrize("error", [ValueError("x"), PermissionError("x"), AssertionError()])
def test_what_nobody_expected_stays_what_it_is(error: Exception) -> None:
    assert fault_of(error) is None


async def test_a_database_that_is_away_spoils_no_output(empty_db_url: str) -> None:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    for url, says in (
        (empty_db_url, "migrate"),
        (empty_db_url.replace("/empty_", "/absent_"), "TIDINGS_DATABASE_URL"),
    ):
        environ = {"TIDINGS_DATABASE_URL": url, "TIDINGS_SECRET_KEY": key}
        done = await command("lanes", "list", "--account", ACCOUNT, "--json", environ=environ)
        assert (done.returncode, done.stdout) == (1, "")
        assert says in json.loads(done.stderr)["remedy"]


async def test_a_key_that_is_none_is_wrong_use() -> None:
    environ = {"TIDINGS_DATABASE_URL": NOBODY_LISTENS, "TIDINGS_SECRET_KEY": "c2hvcnQ="}
    done = await command("accounts", "create", "Shop", environ=environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert "TIDINGS_SECRET_KEY" in done.stderr
    assert "c2hvcnQ" not in done.stderr


async def test_wrong_use_is_json_for_programs() -> None:
    for words, says in (
        (("plan", "--messages", "x", "--json"), "--messages"),
        (("send", "--to", "+14155552671", "--json"), "--body"),
        (("sned", "--json"), "sned"),
        (("up", "--ready-file", "/nowhere/at/all", "--json"), "/nowhere/at/all"),
    ):
        done = await command(*words)
        told = json.loads(done.stderr)
        assert (done.returncode, done.stdout, told["exit"]) == (2, "", 2)
        assert says in told["error"]
    assert (await command("plan", "--json", "--help")).returncode == 0
    assert (await command("segments", "Hello", "--json")).returncode == 0
