"""Look at a code of a factor: the try is counted first, and a step is taken once."""

from datetime import timedelta
from uuid import UUID

from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.runtime.database import Connection, Record
from tidings.runtime.secrets import Sealer
from tidings.runtime.statements import Statements
from tidings.verify.factors.totp import Shape, step_of

SQL = Statements.beside(__file__)
TOO_MANY_CHECKS = CODES[60202]
MOST_MISSES = 5
WINDOW = timedelta(minutes=10)
"""Within which so many wrong codes of a factor are looked at."""


async def look(
    connection: Connection,
    sealer: Sealer,
    account: UUID,
    entity: UUID,
    factor: UUID,
    code: str,
    *,
    now: Instant,
) -> Record | Refused | None:
    """The factor, verified now; None where the code is wrong, of another time or used already; 60202 where too many
    were tried. Needs an open transaction."""
    row = await SQL.one(connection, "spend_try", account, entity, factor, now, now - WINDOW)
    if row is None:
        return None
    if row["misses"] > MOST_MISSES:
        return Refused.because(TOO_MANY_CHECKS)
    secret = sealer.unseal(row["secret"], about=row["id"].bytes)
    step = step_of(secret, shape_of_row(row), code, at=now, after=row["last_step"])
    if step is None:
        return None
    return await SQL.one(connection, "take_step", account, entity, factor, step, now)


async def forget_challenges(connection: Connection, *, before: Instant) -> None:
    """Those that were made before then, whose time has long been over."""
    while await SQL.run(connection, "forget_challenges", before):
        pass  # the next five thousand


def shape_of_row(row: Record) -> Shape:
    return Shape(row["alg"], row["skew"], row["code_length"], row["time_step"])
