"""Watch clicks: judge what is new within moments, count what arrived, and send what rules have set going, until told
to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from tidings.links.believe.arrivals import begin, count_arrivals
from tidings.links.believe.judge import judge_new
from tidings.links.months import make_months
from tidings.links.rules.fire import Send, fire
from tidings.runtime.bell import Bell
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database, is_transient, with_retries
from tidings.runtime.outbox import CHANNEL as FACTS

LOOK_SECONDS = 0.5
ARRIVALS_SECONDS = 5.0
FOLLOW_UP_SECONDS = 1.0
PAUSE_SECONDS = 5.0
"""After a fault."""
BELL_LINGER_SECONDS = 0.02

log = structlog.get_logger(__name__)


async def watch_clicks(db: Database, send: Send, *, clock: Clock, stopping: asyncio.Event) -> None:
    """Several processes may do so; one of them at a time judges and counts. `send` accepts what rules want sent."""
    bell = Bell(db, FACTS, linger_seconds=BELL_LINGER_SECONDS)

    async def judge() -> bool:
        judged, facts = await judge_new(db, now=clock())
        bell.ring({fact.bucket for fact in facts})
        return judged > 0

    async def count() -> bool:
        await count_arrivals(db)
        return False

    async def follow_up() -> bool:
        return await fire(db, send, clock=clock) > 0

    try:
        await with_retries(lambda: _begin(db, clock))
        async with asyncio.TaskGroup() as crew:
            crew.create_task(_again(judge, LOOK_SECONDS, stopping))
            crew.create_task(_again(count, ARRIVALS_SECONDS, stopping))
            crew.create_task(_again(follow_up, FOLLOW_UP_SECONDS, stopping))
    finally:
        await bell.close()


async def _begin(db: Database, clock: Clock) -> None:
    """What must be there first: cursors, and the months of links, while nothing stands in the rest of their table."""
    await begin(db)
    async with db.connection() as connection:
        await make_months(connection, now=clock())


async def _again(round_: Callable[[], Awaitable[bool]], seconds: float, stopping: asyncio.Event) -> None:
    """A round, and the next at once while there is more; a pause otherwise, a longer one after a fault."""
    while not stopping.is_set():
        pause = seconds
        try:
            if await round_():
                continue
        except Exception as error:
            log.error(
                "clicks were not looked at", fault=type(error).__name__, exc_info=not is_transient(error)
            )
            pause = PAUSE_SECONDS
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stopping.wait()
