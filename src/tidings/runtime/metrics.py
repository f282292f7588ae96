"""Metrics for Prometheus: every name begins with `tidings_`, every metric says what it counts.

With PROMETHEUS_MULTIPROC_DIR set before the process starts, the page of any process on the host covers them
all.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY, namespace="tidings")
PlatformCollector(registry=REGISTRY)


@dataclass(frozen=True, slots=True)
class Declared:
    """A metric as its page shows it: `kind` is counter, gauge or histogram."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...]


DECLARED: list[Declared] = []
"""The metrics of all modules that were imported; docs/reference/metrics.md is written from it."""

# From a tenth of a millisecond, a statement, to ten seconds, a slow callback.
SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def counter(name: str, help: str, labels: Sequence[str] = ()) -> Counter:
    """Something that only grows; Prometheus adds `_total` to its name."""
    return Counter(_declared(name, "counter", help, labels), help, labels, registry=REGISTRY)


def gauge(name: str, help: str, labels: Sequence[str] = ()) -> Gauge:
    """Something that goes up and down. With several processes on the host, the live ones are added up."""
    return Gauge(
        _declared(name, "gauge", help, labels), help, labels, registry=REGISTRY, multiprocess_mode="livesum"
    )


class Follower:
    """Brings a counter up to a number that somebody counts more cheaply, in this process, from 0 on."""

    __slots__ = ("_counter", "_told")

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._told = 0

    def follow(self, total: int) -> None:
        """The number is `total` by now. It never shrinks."""
        self._counter.inc(total - self._told)
        self._told = total


async def every_second(show: Callable[[], None]) -> None:
    """Calls `show` again and again until cancelled."""
    while True:
        show()
        await asyncio.sleep(1)


def histogram(
    name: str, help: str, labels: Sequence[str] = (), *, buckets: Sequence[float] = SECONDS
) -> Histogram:
    """How something is spread: durations in seconds unless the name says another unit."""
    return Histogram(
        _declared(name, "histogram", help, labels), help, labels, registry=REGISTRY, buckets=buckets
    )


def exposition() -> tuple[bytes, str]:
    """The page for Prometheus and its content type."""
    if SHARED_FOLDER not in os.environ:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library has no types
    return generate_latest(together), CONTENT_TYPE_LATEST


def forget_process(pid: int) -> None:
    """Takes a dead process's gauges off the shared page; its counters stay."""
    if SHARED_FOLDER in os.environ:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]  # the library has no types


def _declared(name: str, kind: str, help: str, labels: Sequence[str]) -> str:
    if not name.startswith("tidings_"):
        raise ValueError(f"metric {name!r} must begin with tidings_")
    DECLARED.append(Declared(f"{name}_total" if kind == "counter" else name, kind, help, tuple(labels)))
    return name
