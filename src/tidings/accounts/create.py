"""Opening an account."""

from dataclasses import dataclass
from uuid import UUID

from tidings.accounts.account import Account, Status
from tidings.accounts.tokens import new_token, put_token
from tidings.kernel.instant import Instant
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Entropy
from tidings.runtime.database import Connection
from tidings.runtime.secrets import Sealer
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


@dataclass(frozen=True, slots=True)
class Opened:
    account: Account
    auth_token: str

    @property
    def sid(self) -> str:
        return str(Sid("AC", self.account.id))


async def create_account(
    db: Connection,
    *,
    friendly_name: str,
    sealer: Sealer,
    entropy: Entropy,
    now: Instant,
    parent: UUID | None = None,
    concurrency_limit: int | None = None,
) -> Opened:
    """A new active account with a primary token. Needs an open transaction.

    `concurrency_limit` is how many of its requests may be under way at once; None for the home's default."""
    id = mint(now, entropy(10), 0)
    token = new_token(entropy)
    await SQL.run(db, "create_account", id, parent, friendly_name, concurrency_limit, now)
    await put_token(db, id, token, rank="primary", sealer=sealer, now=now)
    account = Account(id, parent, friendly_name, Status.ACTIVE, "Full", now, now)
    return Opened(account, token)
