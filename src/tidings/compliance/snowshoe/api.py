"""`GET /tidings/v1/snowshoe`: whether wordings of an account are spread thin over many senders or domains."""

from collections.abc import Sequence

import msgspec
from litestar import get
from litestar.types import ControllerRouterHandler

from tidings.compliance.content.finding import Finding
from tidings.compliance.snowshoe.watch import RecentWordings, look
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.web.frame import Asking


class ShownSpread(msgspec.Struct, frozen=True):
    rule: str
    """`snowshoe/senders` or `snowshoe/domains`."""
    says: str
    remedy: str
    saw: str
    """The wording, or the domains."""
    source: str


class Spreads(msgspec.Struct, frozen=True):
    texts: int
    """How many different ones of the last 24 hours were looked at."""
    findings: list[ShownSpread]


def handlers(*, db: Database, recent: RecentWordings, clock: Clock) -> list[ControllerRouterHandler]:
    @get("/tidings/v1/snowshoe", tags=["Content"], summary="Wordings that are spread over many senders")
    async def snowshoe(caller: Asking) -> Spreads:
        """By what the account sent in the last 24 hours. Senders of one approved 10DLC campaign count as one."""
        async with db.connection() as connection:
            texts, found = await look(connection, caller.account, recent=recent, now=clock())
        return shown_spreads(texts, found)

    return [snowshoe]


def shown_spreads(texts: int, found: Sequence[Finding]) -> Spreads:
    return Spreads(texts, [ShownSpread(one.rule, one.says, one.remedy, one.saw, one.source) for one in found])
