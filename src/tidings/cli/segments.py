"""`tidings segments`: what a text costs, which character makes it dear, and what would make it cheaper."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidings.kernel.segments import Encoding, Explanation, Measure, explain

_UNITS = {Encoding.GSM7: "septets", Encoding.UCS2: "UTF-16 units"}


def command(
    text: Annotated[
        str | None,
        typer.Argument(help="The text; read from standard input when left out.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Shows the encoding, the parts, which characters force UCS-2, their cost, and what smart encoding saves.

    Of a text from standard input one newline at its end does not count.
    """
    body = _body(text)
    explained = explain(body)
    if as_json:
        print(json.dumps(_told(body, explained)))
    else:
        _show(body, explained)


def _body(text: str | None) -> str:
    if text is None:
        if sys.stdin.isatty():
            raise typer.BadParameter("Give a text, or pipe one in.", param_hint="TEXT")
        try:
            text = sys.stdin.buffer.read().decode()
        except UnicodeDecodeError as error:
            raise typer.BadParameter(f"The text is not UTF-8: {error.reason}.", param_hint="TEXT") from None
        text = text.removesuffix("\n")
    if not text:
        raise typer.BadParameter("The text is empty.", param_hint="TEXT")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise typer.BadParameter("The text is not UTF-8.", param_hint="TEXT")
    return text


def _told(body: str, explained: Explanation) -> dict[str, Any]:
    return {
        **_measured(explained.measure),
        "characters": len(body),
        "parts": list(explained.parts),
        "escapes": explained.escapes,
        "culprits": [
            {
                "character": one.character,
                "name": one.name,
                "position": one.position,
                "times": one.times,
                "suggestion": one.suggestion,
            }
            for one in explained.culprits
        ],
        "extra_segments": explained.extra_segments,
        "mended": explained.mended,
        "smart": _measured(explained.smart),
        "smart_saves_segments": explained.measure.segments - explained.smart.segments,
        "over_limit": explained.over_limit,
    }


def _measured(measure: Measure) -> dict[str, Any]:
    return {"encoding": measure.encoding.value, "segments": measure.segments, "units": measure.units}


def _show(body: str, explained: Explanation) -> None:
    console = Console(highlight=False)
    measure = explained.measure
    console.print(
        f"[bold]{_count(measure.segments, 'segment')}[/bold], {measure.encoding.value}: "
        f"{_count(len(body), 'character')}, {measure.units:,} {_UNITS[measure.encoding]}"
    )
    if explained.over_limit:
        over = _count(explained.over_limit, "character")
        console.print(f"[bold red]{over} too long[/bold red]: no message takes it (21617).")
    console.print(_parts(explained.parts))
    if explained.escapes:
        console.print(
            f"{_count(explained.escapes, 'character')} of the extension table cost two septets each."
        )
    if explained.culprits:
        console.print(_culprits(explained))
        cost = _count(explained.extra_segments, "segment")
        console.print(f"These characters force UCS-2 and cost [bold]{cost}[/bold].")
    saved = measure.segments - explained.smart.segments
    if saved:
        console.print(
            f"Smart encoding would save {_count(saved, 'segment')}: {explained.smart.encoding.value}, "
            f"{_count(explained.smart.segments, 'segment')}."
        )
    elif explained.culprits:
        console.print("Smart encoding would save nothing.")


def _parts(parts: tuple[str, ...]) -> Table:
    table = Table("Part", "Characters", "Text")
    for number, part in enumerate(parts, 1):
        table.add_row(str(number), str(len(part)), Text(part))
    return table


def _culprits(explained: Explanation) -> Table:
    table = Table("Character", "Name", "At", "Times", "Instead")
    for one in explained.culprits:
        instead = "nothing like it" if one.suggestion is None else one.suggestion or "leave it out"
        table.add_row(
            Text(one.character), Text(one.name), str(one.position + 1), str(one.times), Text(instead)
        )
    return table


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
