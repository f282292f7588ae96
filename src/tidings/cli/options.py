"""Options that several commands share, and the settings behind them."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

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


def settings(**given: Any) -> Config:
    """The settings of the environment, and over them the options that were given (not None)."""
    from dataclasses import replace

    return replace(
        Config.load(os.environ), **{name: value for name, value in given.items() if value is not None}
    )


def chosen_home(named: Path | None) -> Home:
    """The home that --home, TIDINGS_HOME or the place suggests."""
    return find_home(settings(home=named).home)
