"""`tidings plan`: the throughput calculator."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from tidings.planner.throughput import Plan, duration, plan

_LEAST, _MOST = 0.001, 1e9


def _in_reason(number: float) -> float:
    if not _LEAST <= number <= _MOST:
        raise typer.BadParameter(f"{number} is not a number from {_LEAST} to {_MOST:,.0f}.")
    return number


def command(
    messages: Annotated[
        int, typer.Option("--messages", min=1, max=10**12, help="How many messages are sent at one moment.")
    ],
    mps: Annotated[
        float,
        typer.Option("--mps", callback=_in_reason, help="The sender's message segments per second."),
    ],
    segments: Annotated[
        int, typer.Option("--segments", min=1, max=1000, help="Segments of each message.")
    ] = 1,
    queue_hours: Annotated[
        float,
        typer.Option(
            "--queue-hours",
            callback=_in_reason,
            help="How long the sender's queue may be: 10 with Twilio today, 4 in its guide.",
        ),
    ] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Says what fits the queue, what overflows, how long it takes, and which MPS it needs."""
    reckoned = plan(messages, segments=segments, mps=mps, queue_seconds=queue_hours * 3600)
    if as_json:
        print(json.dumps(_told(reckoned)))
    else:
        _show(reckoned)


def _told(reckoned: Plan) -> dict[str, Any]:
    """Whole numbers without a fraction, so that scripts can compare them."""
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in asdict(reckoned).items()
    }


def _show(reckoned: Plan) -> None:
    console = Console(highlight=False)
    table = Table(
        title=_title(reckoned),
        title_justify="left",
        show_header=False,
    )
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    table.add_row("To send", f"{reckoned.total_segments:,}", "segments")
    table.add_row(
        "Queue holds",
        f"{reckoned.capacity_segments:,}",
        f"segments, {duration(reckoned.queue_seconds)} of them",
    )
    table.add_row("Takes", f"{reckoned.drain_seconds:,.10g}", f"seconds, {duration(reckoned.drain_seconds)}")
    style = "bold red" if reckoned.overflow_segments else "bold green"
    overflow = f"{reckoned.overflow_messages:,}"
    table.add_row("Overflow", overflow, f"messages, {reckoned.overflow_segments:,} segments", style=style)
    table.add_row("Needs", f"{reckoned.required_mps:,}", "MPS so that nothing overflows")
    table.add_row("Recommended", f"{reckoned.recommended_mps:,}", "MPS, 20% on top")
    console.print(table)
    for sentence in reckoned.advice:
        console.print(f"- {sentence}", soft_wrap=True, markup=False)


def _title(reckoned: Plan) -> str:
    plural = "s" if reckoned.segments > 1 else ""
    return f"{reckoned.messages:,} messages of {reckoned.segments} segment{plural} at {reckoned.mps:,g} MPS"
