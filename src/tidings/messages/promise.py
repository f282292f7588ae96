"""Promise a reply: write it down in the transaction that decided it. `reply.py` accepts it, once, whatever crashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.sid import bucket_of, mint
from tidings.runtime.clock import Entropy
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

ANSWERED = "message.answered"
_ENTROPY_BYTES = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """A text that shall go out because of an inbound message.

    `automatic`: it answers a keyword, without anybody's program; the loop protection leaves it alone.
    `confirms_opt_out`: the one message that may go to who has just opted out.
    """

    message: UUID
    """The inbound message."""
    account: UUID
    sender: str
    recipient: str
    body: str
    service: UUID | None = None
    status_callback: str | None = None
    automatic: bool = False
    confirms_opt_out: bool = False


async def promise(db: Connection, replies: Sequence[Reply], *, now: Instant, entropy: Entropy) -> set[int]:
    """Needs the caller's open transaction. Returns the buckets whose readers have news.

    Replies to one message keep their order."""
    if not replies:
        return set()
    rows = [
        (
            bucket_of(reply.message),
            reply.message,
            mint(now, entropy(_ENTROPY_BYTES), bucket_of(reply.message)),
            n,
            reply.account,
            reply.sender,
            reply.recipient,
            reply.body,
            reply.service,
            reply.status_callback,
            reply.automatic,
            reply.confirms_opt_out,
        )
        for n, reply in enumerate(replies)
    ]
    await SQL.run(db, "promise", now, *(list(column) for column in zip(*rows, strict=True)))
    return {bucket_of(reply.message) for reply in replies}
