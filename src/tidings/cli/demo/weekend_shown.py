"""What became of the messages of the demo of quiet hours, as a table."""

import sys
from collections.abc import Iterator, Sequence

from tidings.cli.demo.weekend import BEGINS, Outcome

_HEAD = ("to", "accepted there", "held until, there", "left, there", "after the opening")


def show_weekend(outcomes: Sequence[Outcome]) -> None:
    """Plain lines where there is no terminal."""
    if not sys.stdout.isatty():
        for line in [_HEAD, *map(_line, outcomes)]:
            print("  ".join(f"{cell:<{width}}" for cell, width in zip(line, _WIDTHS, strict=True)).rstrip())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*_HEAD, title="Marketing on a Saturday night, and two one-time codes", title_justify="left")
    for outcome in outcomes:
        table.add_row(*_line(outcome))
    Console(highlight=False).print(table)


_WIDTHS = (30, 14, 17, 13, 17)


def _line(outcome: Outcome) -> tuple[str, ...]:
    return tuple(_cells(outcome))


def _cells(outcome: Outcome) -> Iterator[str]:
    person = outcome.person
    yield person.who
    yield person.local(BEGINS)
    if person.never:
        yield "no hour suits all"
    else:
        yield "-" if outcome.held_until is None else person.local(outcome.held_until)
    if outcome.left_at is None:
        yield "waits"
        yield "-" if person.never else "LOST"
        return
    yield person.local(outcome.left_at)
    late = (outcome.left_at - person.may_leave_at).total_seconds()
    yield f"{late:.1f} s" if outcome.is_lawful else f"TOO EARLY by {-late:.1f} s"
