"""The registry at work on what a test has submitted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from tests.api_home import now

from tidings.kernel.sid import Sid
from tidings.messages.registered import grant_registered
from tidings.runtime.database import Database
from tidings.senders.registration.embedded import EmbeddedRegistry
from tidings.senders.registration.review import Reviewer


async def decide(
    db: Database,
    what: str,
    account: UUID,
    sid: str,
    *,
    submission: int = 1,
    of: str | None = None,
    delay: timedelta = timedelta(0),
    clock: Callable[[], datetime] = now,
) -> None:
    """What the job of a submission does, once, with a registry that takes `delay`. `of` is the brand of a vetting."""
    arguments = {
        "what": what,
        "account": account.hex,
        "id": _uuid(sid).hex,
        "submission": submission,
    }
    if of is not None:
        arguments["of"] = _uuid(of).hex
    await Reviewer(db, EmbeddedRegistry(delay), clock, grant_registered).review(arguments)


def _uuid(sid: str) -> UUID:
    parsed = Sid.parse(sid, sid[:2])
    assert parsed is not None
    return parsed.uuid
