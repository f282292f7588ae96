"""`tidings demo`: the main job once, from request to callback, on a home that is thrown away afterwards."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from tidings.cli.demo.audience import letters
from tidings.cli.demo.errand import Errand
from tidings.cli.demo.report import Report
from tidings.cli.fault import Exit, Fault
from tidings.cli.home import Home
from tidings.cli.household import Household, Plan, Stopped, stop_on_signals
from tidings.cli.options import JsonOption, settings
from tidings.config import LogLevel

DEMO_NICENESS = 10


def command(
    messages: Annotated[int, typer.Option(help="How many to send.", min=1, max=100_000)] = 5_000,
    mps: Annotated[float, typer.Option(help="Segments per second of the sender.", min=1, max=5_000)] = 500.0,
    seed: Annotated[int, typer.Option(help="Draws other people and texts.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Uses the HTTP API as a customer would, and asks the simulated carrier when each message arrived.

    Ends with exit code 5 when a promise was broken: see the table.
    """
    report = asyncio.run(_demonstrate(messages, mps=mps, seed=seed))
    if as_json:
        print(json.dumps(report.told()))
    else:
        _show(report)
    if not report.kept:
        broken = ", ".join(promise.name for promise in report.promises if not promise.kept)
        raise Fault(
            f"Not as promised: {broken}.",
            "A machine busy with other work cannot pace to the millisecond; run it again when it is idle.",
            Exit.PROMISE_BROKEN,
        )


async def _demonstrate(count: int, *, mps: float, seed: int) -> Report:
    stopping = stop_on_signals()
    config = replace(settings(), home=None, database_url=None, log_level=LogLevel.WARNING)
    people = list(letters(count, random=Random(seed)))  # noqa: S311 - the same demo every time
    with _throw_away() as home:
        household = Household(
            home,
            config,
            Plan({"web": 1, "dispatch": 1, "work": 1}, simulator=True),
            stopping=stopping,
            news=lambda sentence: print(f"{sentence}.", file=sys.stderr),
        )
        try:
            async with household.running() as facts:
                # A customer on the same machine must not be what makes its carrier late, nor must files that an
                # installation a moment ago left to be written.
                os.nice(DEMO_NICENESS)
                await asyncio.to_thread(os.sync)
                run = asyncio.create_task(Errand(facts, people, mps=mps).run())
                word = asyncio.create_task(household.until_stopped())
                await asyncio.wait([run, word], return_when=asyncio.FIRST_COMPLETED)
                if run.done():
                    word.cancel()
                    return run.result()
                run.cancel()
                word.result()
        except Stopped:
            pass  # told to end before it was up: said below
        finally:
            await household.forget()
    raise Fault("The demo was interrupted.", "Its home was taken away; nothing is left.")


@contextmanager
def _throw_away() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="tidings-demo-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)  # root's PostgreSQL runs as another user, who must pass through
    try:
        yield Home(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _show(report: Report) -> None:
    """The figures, then the promises; plain lines where there is no terminal."""
    if not sys.stdout.isatty():
        for label, value in report.rows():
            print(f"{label:<20}{value}")
        for promise in report.promises:
            print(f"{'kept' if promise.kept else 'BROKEN':<8}{promise.name}: {promise.found}")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, title="What became of them", title_justify="left")
    for label, value in report.rows():
        table.add_row(label, value)
    table.add_section()
    for promise in report.promises:
        mark = "[green]kept[/green]" if promise.kept else "[bold red]broken[/bold red]"
        table.add_row(promise.name, f"{mark}  {promise.found}")
    Console(highlight=False).print(table)
