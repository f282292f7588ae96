"""Taking in a sheet of consents: page by page, each whole, so that opt-outs that come meanwhile wait for a moment only.

What stands there already is passed over, so that a sheet can be taken in again after an interruption.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from tidings.compliance.consent.entry import Said
from tidings.compliance.consent.record import append, known_to
from tidings.compliance.consent.standing import ConsentState
from tidings.compliance.opt_outs.scope import known as known_scopes
from tidings.compliance.opt_outs.scope import parse_scope as opt_out_scope
from tidings.kernel.instant import Instant
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database

PAGE = 2_000


async def take_in(
    db: Database,
    account: UUID,
    said: Sequence[Said],
    *,
    clock: Clock,
    advance: Callable[[int], None] = lambda count: None,
) -> int:
    """Enters what is new of this; how much that is. `advance` hears after each page how long it was."""
    new = 0
    for start in range(0, len(said), PAGE):
        page = said[start : start + PAGE]
        async with db.transaction() as connection:
            new += await _page(connection, account, page, now=clock())
        advance(len(page))
    return new


async def _page(connection: Connection, account: UUID, said: Sequence[Said], *, now: Instant) -> int:
    known = await known_to(connection, [(account, one) for one in said], now=now)
    fresh = []
    for one in said:
        there = known.get((account, one.recipient, one.scope))
        held = there is not None and there.state is ConsentState.GRANTED
        if not (held and there is not None and (there.since, there.method) == (one.since, one.method)):
            fresh.append((account, one))
    await append(connection, fresh, now=now)
    return len(fresh)


async def unknown_scopes(connection: Connection, account: UUID, scopes: set[str]) -> set[str]:
    """Those of these scopes that name a service or a sender that is not the account's."""
    named = {scope: inside for scope in scopes if (inside := opt_out_scope(scope)) is not None}
    own = await known_scopes(connection, account, named.values())
    return {scope for scope, inside in named.items() if inside not in own}
