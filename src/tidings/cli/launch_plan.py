"""`tidings launch-plan`: what a country asks of a sender first, how long it takes, and what can be sent meanwhile."""

import json
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from tidings.cli.fault import Exit, Fault
from tidings.cli.options import JsonOption
from tidings.planner.launch import LaunchPlan, Step, Unknown, launch_plan
from tidings.runtime.clock import system_clock


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day such as 2026-12-01.") from None


def command(
    country: Annotated[str, typer.Option("--country", help="ISO 3166 code or English name of the country.")],
    sender: Annotated[
        str,
        typer.Option(
            "--sender", help="long_code (10dlc), toll_free, short_code or alphanumeric (sender_id)."
        ),
    ],
    start: Annotated[
        str | None, typer.Option("--start", help="The day on which all is submitted; today when not given.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Each figure has its source and its year; what no source tells is said to be unknown."""
    begins = system_clock().date() if start is None else _day(start)
    plan = launch_plan(country, sender)
    if isinstance(plan, Unknown):
        raise Fault(plan.reason, plan.remedy, Exit.WRONG_USE)
    if as_json:
        print(json.dumps(_told(plan, begins)))
    else:
        _show(plan, begins)


def _told(plan: LaunchPlan, begins: date) -> dict[str, Any]:
    earliest, latest = plan.ready(begins)
    return {
        "country": plan.country,
        "country_name": plan.country_name,
        "sender": plan.sender.value,
        "registration": {
            "required": plan.registration,
            "source": plan.source,
            "as_of": plan.as_of,
            "confidence": plan.confidence,
        },
        "steps": [
            {
                "step": step.what,
                "submit": list(step.submit),
                "where": step.where,
                "optional": step.optional,
                "wait_days": {"least": step.least_days, "most": step.most_days},
                "said": step.said or None,
                "source": step.source or None,
                "as_of": step.as_of or None,
            }
            for step in plan.steps
        ],
        "wait_days": {"least": plan.least_days, "most": plan.most_days},
        "start": begins.isoformat(),
        "ready": {
            "earliest": None if earliest is None else earliest.isoformat(),
            "latest": None if latest is None else latest.isoformat(),
        },
        "meanwhile": list(plan.meanwhile),
        "mps": plan.mps,
    }


def _show(plan: LaunchPlan, begins: date) -> None:
    console = Console(highlight=False)
    table = Table(title=f"{plan.sender.value} for {plan.country_name} ({plan.country})", title_justify="left")
    for column in ("Step", "Submit", "Where", "Waits", "Source"):
        table.add_column(column, overflow="fold")
    for step in plan.steps:
        name = f"{step.what} (optional)" if step.optional else step.what
        source = f"{step.source} ({step.as_of})" if step.source else "none known"
        table.add_row(name, "\n".join(f"- {one}" for one in step.submit), step.where, _waits(step), source)
    if plan.steps:
        console.print(table)
    else:
        console.print(f"{table.title}: nothing has to be submitted.", markup=False)
    note = (
        f"{plan.source or 'no source'}, {plan.as_of or 'undated'}, confidence {plan.confidence or 'unknown'}"
    )
    console.print(f"The country asks: {plan.registration} ({note}).", soft_wrap=True, markup=False)
    console.print(_when(plan, begins), soft_wrap=True, markup=False)
    for sentence in plan.meanwhile:
        console.print(f"- {sentence}", soft_wrap=True, markup=False)
    if plan.mps is not None:
        console.print(f"Throughput to begin with: {plan.mps:g} MPS.", markup=False)


def _waits(step: Step) -> str:
    if step.most_days is None:
        return "not known: ask the carrier"
    span = f"{step.most_days} days"
    if step.least_days is not None and step.least_days != step.most_days:
        span = f"{step.least_days}-{step.most_days} days"
    return f"{span}: {step.said}" if step.said else span


def _when(plan: LaunchPlan, begins: date) -> str:
    earliest, latest = plan.ready(begins)
    if latest is None:
        return "When it will be ready is not known: ask the carrier. Meanwhile:"
    if latest == begins:
        return "It is ready at once:"
    span = f"{earliest} to {latest}" if earliest is not None and earliest != latest else f"{latest}"
    return f"Submitted on {begins}, it is ready {span}. Meanwhile:"
