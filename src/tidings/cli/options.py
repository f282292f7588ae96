"""Options that several commands share, and the settings behind them."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from tidings.cli.fault import Exit, Fault
from tidings.cli.home import Home, find_home
from tidings.config import Config

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Folder of the home; TIDINGS_HOME, .home here, or ~/.local/share/tidings.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def _said(reason: str) -> str:
    if not reason.strip():
        raise Fault("--reason is empty.", "Say why; the history keeps it.", Exit.WRONG_USE)
    return reason.strip()


ReasonOption = Annotated[str, typer.Option("--reason", help="Why; the history keeps it.", callback=_said)]


def settings(**given: Any) -> Config:
    """The settings of the environment, and over them the options that were given (not None)."""
    from dataclasses import replace

    return replace(
        Config.load(os.environ), **{name: value for name, value in given.items() if value is not None}
    )


def keyed(home: Path | None, **given: Any) -> Config:
    """The settings with a secret key: the one named, or the home's. A Fault when there is neither."""
    from dataclasses import replace

    config = settings(home=home, **given)
    if config.secret_key is not None or config.secret_key_file is not None:
        return config
    if config.database_url is None or config.home is not None:
        return replace(config, secret_key_file=find_home(config.home).key_file)
    raise Fault(
        "No secret key is named, without which stored tokens cannot be read.",
        "Set TIDINGS_SECRET_KEY or TIDINGS_SECRET_KEY_FILE to the same key for all processes.",
        Exit.WRONG_USE,
    )


def keyed_if_it_can_be(home: Path | None) -> Config:
    """The settings with a secret key where one is named or the home has one; without it otherwise."""
    try:
        return keyed(home)
    except Fault:
        return settings(home=home)


def chosen_home(named: Path | None) -> Home:
    """The home that --home, TIDINGS_HOME or the place suggests."""
    return find_home(settings(home=named).home)


def database_of(home: Path | None) -> str:
    """TIDINGS_DATABASE_URL, or the database of the home that runs. A Fault when there is neither."""
    config = settings(home=home)
    if config.database_url is not None:
        return config.database_url
    running = chosen_home(home).running()
    if running is None:
        raise Fault(
            "There is no database: TIDINGS_DATABASE_URL is not set, and no home runs.",
            "Set it, or start `tidings up`.",
            Exit.NOT_RUNNING,
        )
    return str(running["database_url"])
