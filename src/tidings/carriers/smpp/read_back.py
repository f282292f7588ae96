"""Whether the carrier has read that we have what people wrote: then it sends none of it again.

An acknowledgement has no answer. But what the carrier answers to an `enquire_link` that was asked after it, on the same
connection, it has read after it: the octets between us keep their order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tidings.carriers.connector import InboundSession
from tidings.carriers.smpp.connection import Connection


@dataclass(slots=True)
class _Heard:
    session: InboundSession
    acknowledged: datetime | None = None
    """When the newest message came that was acknowledged; None once we know that the carrier has read so."""
    asking: bool = False


class ReadBack:
    """The connections by which people's messages came, each a session."""

    def __init__(self, *, new_id: Callable[[], UUID] = uuid4) -> None:
        self._new_id = new_id
        self._heard: dict[Connection, _Heard] = {}
        self._read: dict[UUID, datetime] = {}

    @property
    def asking(self) -> bool:
        """Whether some connection that lives has yet to tell."""
        return any(one.acknowledged is not None and not at.gone.done() for at, one in self._heard.items())

    def session(self, connection: Connection, *, now: datetime) -> InboundSession:
        """The session of a connection; it counts from the first message that comes by it."""
        heard = self._heard.get(connection)
        if heard is None:
            heard = self._heard[connection] = _Heard(InboundSession(self._new_id(), now))
        return heard.session

    def acknowledged(self, session: InboundSession, at: datetime) -> None:
        """What came by a session until `at` was stored and acknowledged."""
        for heard in self._heard.values():
            if heard.session == session:
                heard.acknowledged = at

    def ask(self) -> None:
        """Ask each connection that has yet to tell, and forget those that have ended: what they left stays in doubt."""
        for connection, heard in list(self._heard.items()):
            if connection.gone.done():
                del self._heard[connection]
            elif heard.acknowledged is not None and not heard.asking:
                heard.asking = True
                connection.enquire(_Told(self, heard, heard.acknowledged))

    def take(self) -> dict[UUID, datetime]:
        """Sessions, each with the time until which all that came by it will not come again. Each is told once."""
        read, self._read = self._read, {}
        return read

    def told(self, heard: _Heard, until: datetime, *, read: bool) -> None:
        """What came of asking."""
        heard.asking = False
        if read:
            self._read[heard.session.id] = until
            if heard.acknowledged == until:
                heard.acknowledged = None


@dataclass(frozen=True, slots=True)
class _Told:
    """Waits for the answer to an enquire_link."""

    to: ReadBack
    heard: _Heard
    until: datetime

    def answered(self, _answer: object) -> None:
        self.to.told(self.heard, self.until, read=True)

    def unanswered(self, _reason: str) -> None:
        self.to.told(self.heard, self.until, read=False)

    def never_left(self, _reason: str) -> None:
        self.to.told(self.heard, self.until, read=False)
