"""Auth tokens: made, shown, rotated. A token signs callbacks, so it is sealed rather than hashed.

Rotation without a gap: make a secondary token, bring it to the programs, promote it. Both are valid in
between.
"""

from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.clock import Entropy
from tidings.runtime.database import Connection
from tidings.runtime.secrets import Sealer
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

TOKEN_BYTES = 16


def new_token(entropy: Entropy) -> str:
    """32 hexadecimal digits, as Twilio's are."""
    return entropy(TOKEN_BYTES).hex()


async def tokens(db: Connection, account: UUID, *, sealer: Sealer) -> dict[str, str]:
    """The account's tokens in clear by rank: `primary`, and `secondary` while it is being rotated."""
    rows = await SQL.many(db, "tokens", account)
    return {row["rank"]: sealer.unseal(row["sealed_token"], about=account.bytes) for row in rows}


async def put_token(
    db: Connection, account: UUID, token: str, *, rank: str, sealer: Sealer, now: Instant
) -> None:
    await SQL.run(db, "put_token", account, rank, sealer.seal(token, about=account.bytes), now)


async def make_secondary(
    db: Connection, account: UUID, *, sealer: Sealer, entropy: Entropy, now: Instant
) -> str:
    """A second valid token, in place of an earlier second one."""
    token = new_token(entropy)
    await put_token(db, account, token, rank="secondary", sealer=sealer, now=now)
    return token


async def drop_secondary(db: Connection, account: UUID) -> bool:
    return await SQL.run(db, "drop_token", account, "secondary") > 0


async def promote_secondary(db: Connection, account: UUID) -> Instant | None:
    """The secondary token takes the place of the primary one, which is valid no more. Needs an open
    transaction. Returns when the token was made; None, and nothing is changed, when there is no secondary token."""
    if not any(row["rank"] == "secondary" for row in await SQL.many(db, "tokens", account)):
        return None
    await SQL.run(db, "drop_token", account, "primary")
    made_at: Instant | None = await SQL.value(db, "promote_token", account)
    return made_at
