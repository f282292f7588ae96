"""The demo of quiet hours: messages accepted on a Saturday night, and a clock that is put forward to each moment at
which one of them may leave. Database, dispatcher, carrier and gate are the real ones."""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import aiohttp

from tidings import app
from tidings.cli.demo.virtual_clock import VirtualClock
from tidings.cli.demo.weekend import BEGINS, PEOPLE, Outcome, Person
from tidings.cli.fault import Fault
from tidings.config import Config
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.messages.accept import Acceptance
from tidings.messages.compose import Composed, compose
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements
from tidings.runtime.upkeep import look_after_days
from tidings.senders.services import Services

SQL = Statements.beside(__file__)

WITHIN_SECONDS = 30.0
"""How long what is due may take to be at the carrier, in real time: the machine may be busy."""
LOOK_EVERY_SECONDS = 0.1
LONGEST_WAIT = timedelta(days=10)
EARLIER = timedelta(seconds=0.7)
"""The clock is put forward to so long before each opening, so that what leaves early is seen."""


async def write_on_saturday_night(config: Config, facts: Mapping[str, Any]) -> list[Outcome]:
    """Against a home that has everything but a dispatcher. `facts` is what its ready file would say."""
    clock = VirtualClock(BEGINS)
    account = Sid.parse(facts["account_sid"], "AC")
    assert account is not None
    stopping, dispatching = asyncio.Event(), asyncio.Event()
    post = app.Post(
        config=config,
        process="demo",
        sockets={},
        stopping=stopping,
        ready=lambda _: dispatching.set(),
        clock=clock,
    )
    db = await Database.connect(facts["database_url"], application_name="tidings demo")
    try:
        async with db.connection() as connection:
            await look_after_days(connection, retention_days=config.retention_days, clock=clock.now)
        services = Services(db, monotonic=time.monotonic)
        async with (
            app.packs_on(db) as packs,
            app.acceptance_on(config, db, services, packs, clock=clock) as acceptance,
        ):
            dispatcher = asyncio.create_task(app.dispatch(post))
            try:
                await _until_ready(dispatcher, dispatching)
                run = _Run(db, account.uuid, acceptance, services, clock, facts["simulator"]["control_url"])
                return await run.run()
            finally:
                stopping.set()
                await asyncio.gather(dispatcher, return_exceptions=True)
    finally:
        await db.close()


async def _until_ready(dispatcher: "asyncio.Task[None]", dispatching: asyncio.Event) -> None:
    word = asyncio.create_task(dispatching.wait())
    await asyncio.wait([dispatcher, word], return_when=asyncio.FIRST_COMPLETED)
    word.cancel()
    if dispatcher.done():
        dispatcher.result()


class _Run:
    def __init__(
        self,
        db: Database,
        account: UUID,
        acceptance: Acceptance,
        services: Services,
        clock: VirtualClock,
        carrier: str,
    ) -> None:
        self._db, self._account = db, account
        self._acceptance, self._services = acceptance, services
        self._clock, self._carrier = clock, carrier

    async def run(self) -> list[Outcome]:
        async with self._db.connection() as connection:
            service = await SQL.value(connection, "demo_service", self._account)
        held = {person.number: await self._write(person, service) for person in PEOPLE}
        async with aiohttp.ClientSession(trust_env=False) as http:
            while True:
                opening = await self._until_left(http)
                if opening is None or opening - BEGINS > LONGEST_WAIT:
                    break
                self._clock.jump_to(opening - EARLIER)
            left = await self._arrivals(http)
        return [Outcome(person, held[person.number], left.get(person.number)) for person in PEOPLE]

    async def _write(self, person: Person, service: UUID) -> Instant | None:
        """Until when it is held."""
        text = (
            "482913 is your code." if person.essential else "Acme: half price on Sunday. Reply STOP to end."
        )
        form = {
            "To": [person.number],
            "MessagingServiceSid": [str(Sid("MG", service))],
            "Body": [text],
            "MessageIntent": ["otp" if person.essential else "marketing"],
        }
        now = self._clock.now()
        composed = compose(form, now=now)
        pool = await self._services.find(self._account, service)
        assert isinstance(composed, Composed)
        assert pool is not None
        draft = composed.through(pool.service).draft(self._account, sender=None)
        accepted = await self._acceptance.accept(draft, now=now)
        if isinstance(accepted, Refused):
            raise Fault(f"The message to {person.who} was refused: {accepted.message}", "Please report this.")
        return accepted.judged.held_until

    async def _until_left(self, http: aiohttp.ClientSession) -> Instant | None:
        """Until all that is due is at the carrier, or half a minute is over. When the next that waits is due."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while True:
            async with self._db.connection() as connection:
                waiting = await SQL.one(connection, "waiting", self._account)
            assert waiting is not None
            opening: Instant | None = waiting["next"]
            soon = opening is not None and opening <= self._clock.now() + EARLIER
            arrived = len(await self._arrivals(http)) == len(PEOPLE) - waiting["count"]
            if (arrived and not soon) or time.monotonic() > deadline:
                return opening
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _arrivals(self, http: aiohttp.ClientSession) -> dict[str, Instant]:
        """When each number's message was at the carrier, by the demo's clock."""
        async with http.get(f"{self._carrier}/received") as answer:
            received = await answer.json()
        return {one["destination"]: self._clock.at(one["at"]) for one in received}
