"""How far the demo is: bars on a terminal, a line now and then anywhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LINE_EVERY_LOOKS = 8


@dataclass(frozen=True, slots=True)
class Progress:
    """Messages so far: accepted by the API, arrived at the carrier, their end told by callback."""

    accepted: int
    arrived: int
    told: int


@contextmanager
def progress_shown(total: int) -> Iterator[Callable[[Progress], None]]:
    """Yields what is to be called with each look."""
    if not sys.stderr.isatty():
        looks = 0

        def line(now: Progress) -> None:
            nonlocal looks
            looks += 1
            if looks % LINE_EVERY_LOOKS == 0:
                said = f"accepted {now.accepted:,}, at the carrier {now.arrived:,}, told {now.told:,} of {total:,}"
                print(said, file=sys.stderr, flush=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks = [bars.add_task(name, total=total) for name in ("accepted", "at the carrier", "told of")]

        def draw(now: Progress) -> None:
            for task, done in zip(tasks, (now.accepted, now.arrived, now.told), strict=True):
                bars.update(task, completed=done)

        yield draw
