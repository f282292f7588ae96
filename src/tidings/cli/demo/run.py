"""`tidings demo`: the main job once, from request to callback, on a home that is thrown away afterwards."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Annotated, Any, TypeVar

import typer

from tidings.cli.demo.audience import letters
from tidings.cli.demo.codes import verify_a_person
from tidings.cli.demo.contacts import scrub_contacts
from tidings.cli.demo.errand import Errand
from tidings.cli.demo.report import Report
from tidings.cli.demo.saturday import write_on_saturday_night
from tidings.cli.demo.weekend_shown import show_weekend
from tidings.cli.fault import Exit, Fault
from tidings.cli.home import Home
from tidings.cli.household import Household, Plan, Stopped, stop_on_signals
from tidings.cli.options import JsonOption, settings
from tidings.config import Config, LogLevel

DEMO_NICENESS = 10


def command(
    messages: Annotated[int, typer.Option(help="How many to send.", min=1, max=100_000)] = 5_000,
    mps: Annotated[float, typer.Option(help="Segments per second of the sender.", min=1, max=5_000)] = 500.0,
    seed: Annotated[int, typer.Option(help="Draws other people and texts.")] = 1,
    quiet_hours: Annotated[
        bool,
        typer.Option(
            "--quiet-hours", help="Instead: write on a Saturday night, and see when each message may leave."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Uses the HTTP API as a customer would, and asks the simulated carrier when each message arrived.

    With `--quiet-hours` the clock is put forward from one opening to the next: each message leaves within the first
    lawful minute of wherever its recipient may be, and not before.

    Ends with exit code 5 when a promise was broken: see the table.
    """
    if quiet_hours:
        _demonstrate_quiet_hours(as_json=as_json)
        return
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


def _demonstrate_quiet_hours(*, as_json: bool) -> None:
    outcomes = asyncio.run(_on_a_home(write_on_saturday_night, {"web": 1}))
    if as_json:
        print(json.dumps([outcome.told() for outcome in outcomes]))
    else:
        show_weekend(outcomes)
    broken = [outcome.person.who for outcome in outcomes if not (outcome.is_lawful and outcome.is_prompt)]
    if broken:
        raise Fault(
            f"Not in the first lawful minute: {'; '.join(broken)}.",
            "A machine busy with other work may be late; run it again when it is idle.",
            Exit.PROMISE_BROKEN,
        )


async def _demonstrate(count: int, *, mps: float, seed: int) -> Report:
    people = list(letters(count, random=Random(seed)))  # noqa: S311 - the same demo every time

    async def errand(_: Config, facts: Mapping[str, Any]) -> Report:
        # A customer on the same machine must not be what makes its carrier late, nor must files that an
        # installation a moment ago left to be written.
        os.nice(DEMO_NICENESS)
        await asyncio.to_thread(os.sync)
        report = await Errand(facts, people, mps=mps).run()
        return replace(report, verified=await verify_a_person(facts))

    report = await _on_a_home(errand, {"web": 1, "dispatch": 1, "work": 1})
    contacts = Random(seed)  # noqa: S311 - the same demo every time
    return replace(report, scrubbed=await asyncio.to_thread(scrub_contacts, random=contacts))


Result = TypeVar("Result")


async def _on_a_home(
    deed: Callable[[Config, Mapping[str, Any]], Coroutine[Any, Any, Result]], processes: Mapping[str, int]
) -> Result:
    """Do it with a home that is up, and take the home away. `deed` is given its settings and what its ready file would
    say."""
    stopping = stop_on_signals()
    config = replace(settings(), home=None, database_url=None, log_level=LogLevel.WARNING)
    with _throw_away() as home:
        household = Household(
            home,
            config,
            Plan(processes, simulator=True),
            stopping=stopping,
            news=lambda sentence: print(f"{sentence}.", file=sys.stderr),
        )
        try:
            async with household.running() as facts:
                run = asyncio.create_task(deed(household.config, facts))
                word = asyncio.create_task(household.until_stopped())
                await asyncio.wait([run, word], return_when=asyncio.FIRST_COMPLETED)
                if run.done():
                    word.cancel()
                    return run.result()
                run.cancel()
                await asyncio.gather(run, return_exceptions=True)
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
