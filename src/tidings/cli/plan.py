"""`tidings plan`: the throughput calculator."""

import json
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer
from phonenumbers import SUPPORTED_REGIONS
from rich.console import Console
from rich.table import Table

from tidings.lanes.allowance import UNITED_STATES, Allowance, Registered, allowance_of
from tidings.planner.throughput import Plan, duration, plan
from tidings.senders.sender import Kind

_LEAST, _MOST = 0.001, 1e9


class BrandType(StrEnum):
    STANDARD = "standard"
    LOW_VOLUME_STANDARD = "low_volume_standard"
    SOLE_PROPRIETOR = "sole_proprietor"
    RUSSELL_3000 = "russell_3000"
    GOVERNMENT = "government"


def _country(text: str) -> str:
    country = text.upper()
    if country not in SUPPORTED_REGIONS:
        raise typer.BadParameter(f"{text!r} is not the two letters of a country.")
    return country


def _in_reason(number: float | None) -> float | None:
    if number is None:
        return None
    if not _LEAST <= number <= _MOST:
        raise typer.BadParameter(f"{number} is not a number from {_LEAST} to {_MOST:,.0f}.")
    return number


def command(
    messages: Annotated[
        int, typer.Option("--messages", min=1, max=10**12, help="How many messages are sent at one moment.")
    ],
    mps: Annotated[
        float | None,
        typer.Option(
            "--mps",
            callback=_in_reason,
            help="The sender's message segments per second; what its kind is allowed otherwise.",
        ),
    ] = None,
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
    sender_kind: Annotated[
        Kind | None, typer.Option("--sender-kind", help="Take the MPS that carriers allow such a sender.")
    ] = None,
    country: Annotated[
        str,
        typer.Option("--country", callback=_country, help="Where the messages go: two letters, ISO 3166."),
    ] = "US",
    trust_score: Annotated[
        int | None,
        typer.Option(
            "--trust-score", min=0, max=100, help="Of the brand, for a long code with a US 10DLC campaign."
        ),
    ] = None,
    brand_type: Annotated[
        BrandType | None,
        typer.Option("--brand-type", help="Of the brand; standard with a trust score alone."),
    ] = None,
    use_case: Annotated[
        str, typer.Option("--use-case", help="Of the campaign, in the registry's words, such as MARKETING.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Says what fits the queue, what overflows, how long it takes, and which MPS it needs."""
    allowed = _allowed(sender_kind, country, trust_score, brand_type, use_case)
    if mps is None and allowed is None:
        raise typer.BadParameter("Name --mps, or --sender-kind for what carriers allow it.")
    reckoned = plan(
        messages,
        segments=segments,
        mps=mps if mps is not None else _together(allowed),
        queue_seconds=queue_hours * 3600,
        daily=allowed.daily if allowed else (),
        blocked=allowed.blocked if allowed else None,
    )
    if as_json:
        print(json.dumps(_told(reckoned)))
    else:
        _show(reckoned)


def _allowed(
    kind: Kind | None, country: str, trust_score: int | None, brand_type: BrandType | None, use_case: str
) -> Allowance | None:
    """What carriers allow the sender that the options describe; None when they describe none."""
    is_campaign = trust_score is not None or brand_type is not None or bool(use_case)
    if kind is None and not is_campaign:
        return None
    if is_campaign and (kind not in (None, Kind.LONG_CODE) or country not in UNITED_STATES):
        raise typer.BadParameter(
            "--trust-score, --brand-type and --use-case are of a long code's campaign in the US."
        )
    registered = None
    if is_campaign:
        registered = Registered(
            campaign="",
            brand="",
            brand_type=(brand_type or BrandType.STANDARD).value,
            trust_score=trust_score,
            use_case=use_case.upper(),
        )
    chosen = Kind.LONG_CODE if kind is None else kind
    return allowance_of(kind=chosen.value, destination=country, sender_country=country, registered=registered)


def _together(allowed: Allowance | None) -> float:
    """A campaign's MPS at all networks together: a send goes to people of all."""
    assert allowed is not None
    return allowed.rates.total if allowed.rates is not None else allowed.mps


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
