"""`/tidings/v1/scrubs`: an account's stored contacts scrubbed by a job, and what was found."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from tidings.kernel.codes import INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.lookup.contacts.judge import Finding, Wanted, fault_of
from tidings.lookup.contacts.scrub import SQL, Report, begin, report_of
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database, Record
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/scrubs"
MOST_SHOWN, MOST_LISTED = 1_000, 100

After = Annotated[str, QueryParameter(name="after", description="The contact behind which to go on.")]
Reason = Annotated[str | None, QueryParameter(name="reason", description="Only those of this reason.")]


class Scrub(msgspec.Struct, frozen=True):
    """`saved`: what one message to each of those who are not kept would have cost at `wanted.price`."""

    id: UUID
    done: bool
    created_at: Instant
    updated_at: Instant
    wanted: Wanted
    report: Report
    saved: float


class Findings(msgspec.Struct, frozen=True):
    """Contacts that should not be written to; `next` goes on behind the last, null at the end."""

    findings: list[Finding]
    next: str | None


def handlers(*, db: Database, clock: Clock, entropy: Entropy) -> list[ControllerRouterHandler]:
    @post(PATH, tags=["Lookup"], summary="Scrub the stored contacts", status_code=202)
    async def scrub(caller: Asking, data: JSONBody[Wanted]) -> Scrub:
        """Looks at everybody of whom the account keeps a profile or a consent; a work process does it."""
        why = fault_of(data)
        if why is not None:
            raise Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {why}."))
        return _shown(await begin(db, caller.account, data, entropy=entropy, now=clock()))

    @get(PATH, tags=["Lookup"], summary="Scrubs of the last 30 days, newest first")
    async def scrubs(caller: Asking) -> list[Scrub]:
        async with db.connection() as connection:
            rows = await SQL.many(connection, "scrubs", caller.account, MOST_LISTED)
        return [_shown(row) for row in rows]

    @get(f"{PATH}/{{id:uuid}}", tags=["Lookup"], summary="How far a scrub has come")
    async def fetch(caller: Asking, id: FromPath[UUID]) -> Scrub:
        async with db.connection() as connection:
            row = await SQL.one(connection, "scrub", caller.account, id)
        if row is None:
            raise Denied(Refused.because(NOT_FOUND, resource=f"{PATH}/{id}"))
        return _shown(row)

    @get(f"{PATH}/{{id:uuid}}/findings", tags=["Lookup"], summary="Contacts that should not be written to")
    async def findings(
        caller: Asking, id: FromPath[UUID], after: After = "", reason: Reason = None
    ) -> Findings:
        """A thousand at once, in the order of their numbers."""
        async with db.connection() as connection:
            if await SQL.one(connection, "scrub", caller.account, id) is None:
                raise Denied(Refused.because(NOT_FOUND, resource=f"{PATH}/{id}"))
            rows = await SQL.many(connection, "findings", caller.account, id, after, reason, MOST_SHOWN)
        found = [Finding(*row) for row in rows]
        return Findings(found, found[-1].recipient if len(found) == MOST_SHOWN else None)

    return [scrub, scrubs, fetch, findings]


def _shown(row: Record) -> Scrub:
    wanted, report = msgspec.convert(row["wanted"], Wanted), report_of(row)
    return Scrub(
        row["id"],
        row["done"],
        row["created_at"],
        row["updated_at"],
        wanted,
        report,
        report.saved(wanted.price),
    )
