"""`tidings web`, `dispatch`, `work` and `simulator`: one role each, in this process, for those who run their own."""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from tidings.cli.fault import Exit, Fault
from tidings.cli.options import HomeOption, JsonOption, keyed, keyed_if_it_can_be, settings
from tidings.config import Config, LogFormat


def web(
    home: HomeOption = None,
    port: Annotated[int | None, typer.Option(help="Port of the API.", min=0, max=65535)] = None,
    as_json: JsonOption = False,
) -> None:
    """With --home or TIDINGS_HOME it also runs the proxy for Twilio's host names, with that home's authority."""
    _run("web", _with_database(keyed(home, port=port)), as_json=as_json)


def dispatch(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """By the carriers of `tidings carriers`, or by TIDINGS_CARRIER_URL while there are none."""
    config = _with_database(keyed_if_it_can_be(home))
    if config.carrier_url is None and config.secret_key is None and config.secret_key_file is None:
        raise Fault(
            "No carrier is named.",
            "Set TIDINGS_CARRIER_URL, such as smpp://system_id:password@smsc.example.net:2775; or TIDINGS_SECRET_KEY, "
            "to read the carriers that `tidings carriers add` wrote down.",
            Exit.WRONG_USE,
        )
    if config.carrier_url is not None:
        from tidings.carriers.configured import carrier_of

        carrier_of(config)  # refused before anything begins when its URL cannot be used
    _run("dispatch", config, as_json=as_json)


def work(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Sends callbacks, and keeps the days' partitions."""
    _run("work", _with_database(keyed(home)), as_json=as_json)


def simulator(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Needs no database. TIDINGS_SIMULATOR_ settings say where it listens and how it behaves."""
    _run("simulator", settings(home=home), as_json=as_json)


def _with_database(config: Config) -> Config:
    """The settings, or a Fault when they name no database."""
    if config.database_url is None:
        raise Fault(
            "No database is named.",
            "Set TIDINGS_DATABASE_URL, or use `tidings up`, which runs a database of its own.",
            Exit.WRONG_USE,
        )
    return config


def _run(role: str, config: Config, *, as_json: bool) -> None:
    import os
    import socket

    from tidings.cli.supervised import run_role

    def ready(told: Mapping[str, Any]) -> None:
        if as_json:
            print(json.dumps(told), flush=True)
        else:
            print(
                f"{role} is ready: " + ", ".join(f"{key} {value}" for key, value in told.items()), flush=True
            )

    if sys.stderr.isatty():
        config = replace(config, log_format=LogFormat.CONSOLE)
    run_role(role, config, process=f"{role}-{os.getpid()}@{socket.gethostname()}", sockets={}, ready=ready)
