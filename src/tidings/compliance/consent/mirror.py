"""Opt-outs as entries of the ledger of consents, written in the transaction that changes them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from tidings.compliance.consent.entry import Deed, Reach, Said
from tidings.compliance.consent.record import append
from tidings.kernel.instant import Instant
from tidings.runtime.database import Connection

_DEEDS = {
    "opted_out": Deed.OPT_OUT,
    "opted_in": Deed.OPT_IN,
    "review": Deed.REVIEW,
    "cleared": Deed.CLEARED,
}
_OWN_WORDS = frozenset({"keyword", "phrase", "network", "review"})
"""Sources of opt-outs by which a person told the brand, in a message, to stop: a bare STOP names no topic, so it
reaches everything. What is entered by hand or from a list names its scope, and reaches that."""


class Mirrored(NamedTuple):
    """A change of an opt-out."""

    account: UUID
    recipient: str
    scope: str
    """As outside: a service's SID, or a sender's address."""
    change: str
    source: str
    keyword: str | None
    message: UUID | None
    reason: str | None
    changed_by: str | None
    since: Instant | None


async def mirror(
    connection: Connection, changes: Sequence[Mirrored], *, now: Instant, of_another_brand: bool = False
) -> None:
    """Enters what became of opt-outs. `of_another_brand`: the words were said to who had the number before,
    and so reach the number alone. Needs an open transaction."""
    await append(
        connection,
        [(one.account, _said(one, now, of_another_brand=of_another_brand)) for one in changes],
        now=now,
    )


def _said(one: Mirrored, now: Instant, *, of_another_brand: bool) -> Said:
    to_all = one.change == "opted_out" and one.source in _OWN_WORDS and not of_another_brand
    return Said(
        _DEEDS[one.change],
        one.recipient,
        one.scope,
        one.source,
        one.since or now,
        reach=Reach.ALL if to_all else Reach.SCOPE,
        keyword=one.keyword,
        message=one.message,
        reason=one.reason,
        by=one.changed_by,
    )
