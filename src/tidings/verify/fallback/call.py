"""Look every second for codes that did not arrive in time, and have them said by a call."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog

from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import bucket_of, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database, Record
from tidings.runtime.statements import Statements
from tidings.verify.code import CodeKey
from tidings.verify.fallback.plan import spoken_of
from tidings.verify.templates.keep import template_with
from tidings.verify.verification import MOST_CHECKS, MOST_SENDS
from tidings.verify.voice import Voice
from tidings.verify.wording import PLAIN, shipped, word

SQL = Statements.beside(__file__)
LOOK_SECONDS = 1.0
PAUSE_SECONDS = 5.0
"""After a fault."""

log = structlog.get_logger(__name__)


class Falling:
    """Several processes may do so: each code is claimed by one. A further code counts before its call is placed,
    so that a process that dies in between calls nobody twice; the person can ask again."""

    def __init__(self, db: Database, *, key: CodeKey, voice: Voice, clock: Clock, entropy: Entropy) -> None:
        self._db = db
        self._key = key
        self._voice = voice
        self._clock = clock
        self._entropy = entropy

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set."""
        while not stopping.is_set():
            pause = LOOK_SECONDS
            try:
                if await self.look():
                    pause = 0.0
            except Exception as error:  # whatever it is, the others are due all the same
                log.warning("codes that did not arrive were not looked for", fault=type(error).__name__)
                pause = PAUSE_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stopping.wait()

    async def look(self) -> int:
        """Deal with what is due now; gives how many that were, a hundred at most."""
        now = self._clock()
        async with self._db.connection() as connection:
            due = await SQL.many(connection, "claim_due", now)
        await asyncio.gather(*(self._follow(row, now) for row in due))
        return len(due)

    async def _follow(self, row: Record, now: Instant) -> None:
        bucket, account, attempt = row["bucket"], row["account"], row["attempt"]
        said = await self._count(row, now)
        if said is not None:
            verification, id = said
            refused = await self._say(row, verification)
            if refused is not None:
                async with self._db.connection() as connection:
                    await SQL.run(connection, "not_said", bucket, account, id, refused.code.number, now)
        async with self._db.connection() as connection:
            await SQL.run(connection, "settle", bucket, account, attempt)

    async def _count(self, row: Record, now: Instant) -> tuple[Record, object] | None:
        """The verification with its further attempt; None where no call is to follow."""
        id = mint(now, self._entropy(10), row["bucket"])
        async with self._db.transaction() as connection:
            message = row["message"]
            since = now - timedelta(days=1)
            if message is not None and await SQL.value(
                connection, "arrived", row["account"], message, since, bucket_of(message)
            ):
                return None
            found = await SQL.one(
                connection,
                "say_again",
                row["bucket"],
                row["account"],
                row["service"],
                row["verification"],
                row["sends"],
                now,
                id,
                MOST_SENDS,
                MOST_CHECKS,
                row["country"],
                spoken_of(row["spoken"]).locale,
            )
        return None if found is None else (found, id)

    async def _say(self, row: Record, verification: Record) -> Refused | None:
        spoken = spoken_of(row["spoken"])
        template = shipped().get(spoken.template or PLAIN)
        if template is None and spoken.template is not None:
            async with self._db.connection() as connection:
                template = await template_with(connection, row["account"], spoken.template)
        template = template or shipped()[PLAIN]  # it was taken away meanwhile
        code = self._key.draw(verification["seed"], verification["length"])
        worded = word(spoken.asked(row["recipient"]), code, template=template, warn=False)
        called = await self._voice.call(row["recipient"], worded.text, code=code, locale=worded.locale)
        return called if isinstance(called, Refused) else None
