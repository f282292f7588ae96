"""Running a simulated carrier: its SMPP port, its control API, its visitor of links."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from tidings.carriers.simulator.control import control_app
from tidings.carriers.simulator.personality import Faults, Personality, read_personality
from tidings.carriers.simulator.smsc import Smsc
from tidings.carriers.simulator.visits import Visitor

GOODBYE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Where and as whom to run. Port 0 asks for a free one; the control API stays on `control_host`."""

    system_id: str
    password: str = field(repr=False)
    host: str = "127.0.0.1"
    smpp_port: int = 0
    control_host: str = "127.0.0.1"
    control_port: int = 0
    seed: int = 1
    personality: Path | None = None


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where it listens."""

    smpp_host: str
    smpp_port: int
    control_url: str


class PersonalityError(ValueError):
    """The personality's file cannot be used; the text says why, line by line."""


async def serve(
    settings: SimulatorSettings, *, ready: Callable[[Addresses], None], stop: asyncio.Event
) -> None:
    """Run until `stop` is set; `ready` is called once everything answers.

    Raises PersonalityError before anything listens, OSError when a port cannot be had.
    """
    personality = personality_of(settings.personality)
    visitor = Visitor(hosts=lambda: smsc.personality.click_hosts)
    smsc = Smsc(
        system_id=settings.system_id,
        password=settings.password,
        personality=personality,
        seed=settings.seed,
        # Microseconds: no life of the carrier can take so many messages that the next begins lower.
        first_message_id=time.time_ns() // 1000,
        visit=visitor.visit,
        loop=asyncio.get_running_loop(),
    )
    with _rare_collections():
        await _serve(settings, smsc, visitor, ready=ready, stop=stop)


async def _serve(
    settings: SimulatorSettings,
    smsc: Smsc,
    visitor: Visitor,
    *,
    ready: Callable[[Addresses], None],
    stop: asyncio.Event,
) -> None:
    runner = web.AppRunner(
        control_app(smsc, visitor), access_log=None, shutdown_timeout=GOODBYE_SECONDS, handle_signals=False
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.control_host, settings.control_port)
        await site.start()
        smpp_port = await smsc.open(settings.host, settings.smpp_port)
        visits = asyncio.create_task(visitor.run())
        try:
            ready(_addresses(settings, runner, smpp_port))
            await _first_of(stop, visits)
        finally:
            visits.cancel()
            await asyncio.gather(visits, return_exceptions=True)
    finally:
        await smsc.close()
        await runner.cleanup()


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Receipts that wait are tens of thousands of objects without cycles: looking for cycles among them
    at Python's own rate is an eighth of the CPU time."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def personality_of(path: Path | None) -> Personality:
    """The personality in a file, or the default one. Raises PersonalityError."""
    if path is None:
        return Personality()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PersonalityError(f"{path}: {error}") from error
    personality = read_personality(text)
    if isinstance(personality, Faults):
        raise PersonalityError("\n".join(f"{path}: {line}" for line in personality.lines))
    return personality


def _addresses(settings: SimulatorSettings, runner: web.AppRunner, smpp_port: int) -> Addresses:
    host, port = runner.addresses[0][:2]
    shown = f"[{host}]" if ":" in host else host
    return Addresses(settings.host, smpp_port, f"http://{shown}:{port}")


async def _first_of(stop: asyncio.Event, visits: "asyncio.Task[None]") -> None:
    """Wait for `stop`; a failure of the visitor ends the wait too, and is raised."""
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopped, visits}, return_when=asyncio.FIRST_COMPLETED)
        if visits.done():
            visits.result()
    finally:
        stopped.cancel()
