"""An alert: something that went wrong without anybody waiting for an answer that could say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.codes import CODES, Lasting
from tidings.kernel.instant import Instant
from tidings.kernel.sid import lowest_at, mint
from tidings.runtime.clock import Entropy
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

ERROR, WARNING = "error", "warning"
LONGEST_TEXT = 4_096
"""Characters of each part of an exchange that are kept."""
_ENTROPY_BYTES = 10


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that an alert is about, and what was answered; empty where nothing was, or nothing is kept."""

    method: str
    url: str
    """Without credentials."""
    variables: str = ""
    """The form that was sent, without the text of the message: that stands in the message, while it is kept."""
    headers: str = ""
    """Of the answer, a line each."""
    body: str = ""
    """Of the answer."""


@dataclass(frozen=True, slots=True)
class Alert:
    """`resource` is the SID of what it is about, `service` the messaging service that it went through."""

    account: UUID
    code: int
    resource: str
    service: UUID | None = None
    text: str = ""
    """What happened, for people; by default the text of the code."""
    exchange: Exchange | None = None

    @property
    def level(self) -> str:
        known = CODES.get(self.code)
        return WARNING if known is not None and known.lasting is Lasting.WARNING else ERROR


async def raise_alerts(db: Connection, alerts: Sequence[Alert], *, now: Instant, entropy: Entropy) -> None:
    """Write alerts, in the transaction of what they are about."""
    if alerts:
        rows = [_row(alert, mint(now, entropy(_ENTROPY_BYTES), 0)) for alert in alerts]
        await SQL.run(db, "raise_alerts", now, *(list(column) for column in zip(*rows, strict=True)))


async def alerted_since(db: Connection, account: UUID, *, code: int, resource: str, since: Instant) -> bool:
    """Whether the account was told of this resource under this code since then."""
    found = await SQL.value(db, "alerted_since", account, lowest_at(since), code, resource)
    return bool(found)


def _row(alert: Alert, id: UUID) -> tuple[object, ...]:
    exchange = alert.exchange or Exchange("", "")
    known = CODES.get(alert.code)
    return (
        id,
        alert.account,
        alert.code,
        alert.level,
        alert.resource,
        alert.service,
        _kept(alert.text or (known.text if known is not None else "")),
        exchange.method,
        _kept(exchange.url),
        _kept(exchange.variables),
        _kept(exchange.headers),
        _kept(exchange.body),
    )


def _kept(text: str) -> str:
    return text[:LONGEST_TEXT].replace("\0", "\N{REPLACEMENT CHARACTER}")
