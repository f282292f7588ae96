"""Scrubbing a list: judged on all cores, duplicates found in order, written as it goes, taken up where it stopped."""

import csv
import os
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec

from tidings.lookup.scrub.judge import DUPLICATE, Judged, Zones, judge_all
from tidings.lookup.scrub.sheet import AT_ONCE, opened, phone_column

CLEANED, REJECTED, STATE = "cleaned.csv", "rejected.csv", "scrub.json"
ADDED = ("e164", "country", "line_type", "zones")
WHY = ("reason", "e164")

Chunk = list[list[str]]


class Wanted(msgspec.Struct, frozen=True):
    """What is asked of a scrub; a scrub that is taken up must be the same."""

    file: str
    size: int
    changed_at: float
    column: str | None
    country: str
    keep: list[str]


class Report(msgspec.Struct):
    """What became of a list, as far as it has come. `places`: how long the files of cleaned and rejected rows are."""

    wanted: Wanted
    column: str = ""
    rows: int = 0
    kept: int = 0
    repaired: int = 0
    reasons: dict[str, int] = {}
    countries: dict[str, int] = {}
    line_types: dict[str, int] = {}
    places: list[int] = msgspec.field(default_factory=lambda: [0, 0])
    done: bool = False

    @property
    def rejected(self) -> int:
        return self.rows - self.kept

    def saved(self, price: float) -> float:
        """What sending to the rejected rows would have cost, at a price for each message."""
        return self.rejected * price


def scrub(
    file: Path,
    folder: Path,
    *,
    column: str | None = None,
    country: str = "US",
    keep: Collection[str] = (),
    zones: Zones,
    on_rows: Callable[[int], None] = lambda count: None,
    processes: int | None = None,
    at_once: int = AT_ONCE,
) -> Report:
    """Write `cleaned.csv`, `rejected.csv` and the report `scrub.json` into `folder`, `at_once` rows at a time. Where it
    stopped before, with the same file and wishes, it goes on. Raises Unreadable."""
    stat = file.stat() if file.is_file() else os.stat_result((0,) * 10)
    wanted = Wanted(str(file.resolve()), stat.st_size, stat.st_mtime, column, country, sorted(keep))
    folder.mkdir(parents=True, exist_ok=True)
    report = _begun(folder, wanted)
    if report.done:
        return report
    with ExitStack() as stack:
        sheet = stack.enter_context(opened(file, skip=report.rows, at_once=at_once))
        on_rows(report.rows)
        chunks = iter(sheet.chunks)
        first = next(chunks, [])
        place = phone_column(sheet.columns, first, named=report.column or column, country=country)
        report.column = sheet.columns[place]
        out = stack.enter_context(_Files(folder, report, sheet.columns))
        judge = partial(judge_all, country=country, keep=tuple(keep), zones=zones)
        every = _with(first, chunks)
        for chunk, judged in _judged(every, place, judge, stack, workers=processes or os.cpu_count() or 1):
            out.write(chunk, judged)
            on_rows(len(chunk))
    report.done = True
    _save(folder, report)
    return report


def _with(first: Chunk, rest: Iterator[Chunk]) -> Iterator[Chunk]:
    if first:
        yield first
    yield from rest


def _judged(
    chunks: Iterator[Chunk], place: int, judge: Any, stack: ExitStack, *, workers: int
) -> Iterator[tuple[Chunk, list[Judged]]]:
    """In order, a few chunks ahead on other cores; a list of one chunk is judged here."""
    first = next(chunks, None)
    if first is None:
        return
    if len(first) < AT_ONCE // 2 or workers == 1:
        for chunk in _with(first, chunks):
            yield chunk, judge([row[place] for row in chunk])
        return
    pool = stack.enter_context(ProcessPoolExecutor(workers, mp_context=get_context("spawn")))
    ahead: deque[tuple[Chunk, Future[list[Judged]]]] = deque()
    for chunk in _with(first, chunks):
        ahead.append((chunk, pool.submit(judge, [row[place] for row in chunk])))
        if len(ahead) > workers + 1:
            done, future = ahead.popleft()
            yield done, future.result()
    for done, future in ahead:
        yield done, future.result()


class _Files:
    """The two files that come out, cut back to where the report stands and written on from there."""

    def __init__(self, folder: Path, report: Report, columns: list[str]) -> None:
        self._folder = folder
        self._report = report
        self._columns = columns
        self._seen: set[int] = set()
        self._reasons = Counter(report.reasons)
        self._countries = Counter(report.countries)
        self._line_types = Counter(report.line_types)

    def __enter__(self) -> "_Files":
        self._open = [
            _cut(self._folder / name, place)
            for name, place in zip((CLEANED, REJECTED), self._report.places, strict=True)
        ]
        self._cleaned, self._rejected = (csv.writer(one) for one in self._open)
        if self._report.rows == 0:
            self._cleaned.writerow([*self._columns, *ADDED])
            self._rejected.writerow([*self._columns, *WHY])
        else:
            self._remember()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._open:
            one.close()

    def write(self, chunk: Chunk, judged: list[Judged]) -> None:
        report = self._report
        for row, one in zip(chunk, judged, strict=True):
            reason = one.reason
            if not reason:
                number = int(one.e164[1:])
                if number in self._seen:
                    reason = DUPLICATE
                else:
                    self._seen.add(number)
            if reason:
                self._reasons[reason] += 1
                self._rejected.writerow([*row, reason, one.e164])
                continue
            report.kept += 1
            report.repaired += one.repaired
            self._countries[one.country] += 1
            self._line_types[one.line_type] += 1
            self._cleaned.writerow([*row, one.e164, one.country, one.line_type, one.zones])
        report.rows += len(chunk)
        report.reasons, report.countries = dict(self._reasons), dict(self._countries)
        report.line_types = dict(self._line_types)
        for place, one_file in enumerate(self._open):
            one_file.flush()
            report.places[place] = one_file.buffer.tell()
        _save(self._folder, report)

    def _remember(self) -> None:
        """The numbers that were kept already."""
        place = len(self._columns)
        with (self._folder / CLEANED).open(encoding="utf-8", newline="") as kept:
            rows = csv.reader(kept)
            next(rows, None)
            self._seen.update(int(row[place][1:]) for row in rows)


def _cut(file: Path, place: int) -> Any:
    """The file for writing on from a place; what stands behind it was not counted."""
    file.touch()
    os.truncate(file, place)
    return file.open("a", encoding="utf-8", newline="")


def _begun(folder: Path, wanted: Wanted) -> Report:
    """The report of the same scrub, if one was begun here; else a new one."""
    try:
        before = msgspec.json.decode((folder / STATE).read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError):
        return Report(wanted)
    return before if before.wanted == wanted else Report(wanted)


def _save(folder: Path, report: Report) -> None:
    """Whole or not at all."""
    beside = folder / f"{STATE}.new"
    beside.write_bytes(msgspec.json.encode(report))
    beside.replace(folder / STATE)
