"""`tidings up`."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tidings.cli.fault import Exit, Fault
from tidings.cli.home import Home, find_home
from tidings.cli.household import Household, Plan, Stopped, stop_on_signals
from tidings.cli.options import HomeOption, JsonOption, settings
from tidings.cli.panel import show_panel
from tidings.config import Config
from tidings.runtime import log

USUAL_PROCESSES = {"web": 1, "dispatch": 1, "work": 1}
MOST_PROCESSES = 64


def command(
    home: HomeOption = None,
    port: Annotated[
        int | None, typer.Option(help="Port of the API; a free one otherwise.", min=0, max=65535)
    ] = None,
    ready_file: Annotated[Path | None, typer.Option(help="File to write when everything answers.")] = None,
    no_simulator: Annotated[
        bool, typer.Option("--no-simulator", help="Leave out the simulated carrier.")
    ] = False,
    processes: Annotated[str, typer.Option(help="How many of each role.")] = "web=1,dispatch=1,work=1",
    as_json: JsonOption = False,
) -> None:
    """Runs until SIGTERM or Ctrl-C. Processes that die are started again; what was accepted is never lost."""
    log.configure(level="warning", json=False)
    config = settings(home=home, port=port)
    if ready_file is not None and not os.access(ready_file.absolute().parent, os.W_OK):
        raise Fault(
            f"{ready_file} cannot be written: its folder is not there, or is not yours to write to.",
            "Name a --ready-file in a folder that you may write to.",
            Exit.WRONG_USE,
        )
    plan = Plan(read_processes(processes), simulator=not no_simulator, ready_file=ready_file)
    if no_simulator and config.carrier_url is None and plan.processes["dispatch"]:
        _refuse_without_carriers(find_home(config.home))
    if no_simulator and config.carrier_url is not None:
        from tidings.carriers.configured import carrier_of

        carrier_of(config)  # refused here, once, rather than by each dispatcher that starts
    asyncio.run(_up(find_home(config.home), config, plan, as_json=as_json))


def _refuse_without_carriers(home: Home) -> None:
    """A home that ran before may have carriers in its book; a new one has none."""
    if not home.key_file.exists():
        raise Fault(
            "There is no carrier: the simulator is left out, and TIDINGS_CARRIER_URL is not set.",
            "Set it, such as smpp://system_id:password@smsc.example.net:2775, or name --processes dispatch=0 and "
            "write carriers down with `tidings carriers add`.",
            Exit.WRONG_USE,
        )


def read_processes(text: str) -> dict[str, int]:
    """`web=2,work=1` with the usual number for what it does not name. Raises a Fault."""
    counts = dict(USUAL_PROCESSES)
    for item in filter(None, text.split(",")):
        role, _, count = item.partition("=")
        if role not in counts or not count.isdecimal() or int(count) > MOST_PROCESSES:
            raise Fault(
                f"--processes cannot be read at {item!r}.",
                f"Write for example --processes web=2,dispatch=1,work=1, each up to {MOST_PROCESSES}.",
                Exit.WRONG_USE,
            )
        counts[role] = int(count)
    return counts


async def _up(home: Home, config: Config, plan: Plan, *, as_json: bool) -> None:
    stopping = stop_on_signals()
    household = Household(home, config, plan, stopping=stopping, news=_say)
    try:
        async with household.running() as facts:
            _show(facts, home, as_json=as_json)
            await household.until_stopped()
    except Stopped:
        pass  # told to end before everything was up
    _say("Tidings has ended")


def _show(facts: dict[str, Any], home: Home, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts), flush=True)
    else:
        show_panel(facts, folder=str(home.folder))


def _say(sentence: str) -> None:
    print(f"{sentence}.", file=sys.stderr, flush=True)
