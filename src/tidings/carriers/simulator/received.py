"""The log of what the simulated carrier took: whole messages, kept as JSON in chunks.

One message costs its JSON and four octets. When the log is full the oldest chunk goes; indexes go on.
"""

from array import array
from collections import deque
from collections.abc import Iterator
from itertools import islice

import msgspec

CHUNK_MESSAGES = 1_000
MAX_MESSAGES = 1_000_000


class Received(msgspec.Struct, frozen=True):
    """One message as `GET /received` tells it.

    `at` is the arrival of its first part in epoch seconds, `parts` the number of segments it took,
    `message_id` that of its first part. `index` counts from 1. `missing` names the parts of a message
    that never came whole.
    """

    index: int
    at: float
    source: str
    destination: str
    text: str
    parts: int
    message_id: str
    missing: int


class _Chunk:
    __slots__ = ("ends", "rows")

    def __init__(self) -> None:
        self.rows = bytearray()
        self.ends = array("I")

    def between(self, first: int, last: int) -> bytes:
        """Rows `first` to `last` (excluded), joined by commas."""
        begin = self.ends[first - 1] if first else 0
        return bytes(memoryview(self.rows)[begin : self.ends[last - 1]]).removesuffix(b",")


class ReceivedLog:
    """The messages taken since the last reset, by index."""

    def __init__(self, *, most: int = MAX_MESSAGES) -> None:
        self._most = most
        self._chunks: deque[_Chunk] = deque([_Chunk()])
        self._dropped = 0
        self.total = 0
        self._encode = msgspec.json.Encoder().encode

    def add(
        self,
        *,
        at: float,
        source: str,
        destination: str,
        text: str,
        parts: int,
        message_id: str,
        missing: int = 0,
    ) -> None:
        """Append one message."""
        chunk = self._chunks[-1]
        if len(chunk.ends) == CHUNK_MESSAGES:
            chunk = self._begin_chunk()
        self.total += 1
        row = Received(self.total, at, source, destination, text, parts, message_id, missing)
        chunk.rows += self._encode(row)
        chunk.rows += b","
        chunk.ends.append(len(chunk.rows))

    def pages(self, *, after: int = 0, limit: int | None = None) -> Iterator[bytes]:
        """Pieces of JSON rows, joined inside by commas, of the messages with an index above `after`.

        An `after` older than what is kept begins at the oldest kept. The log may grow meanwhile.
        """
        first = max(after, self._dropped) - self._dropped
        room = self.total - self._dropped - first if limit is None else limit
        chunk_no, within = divmod(first, CHUNK_MESSAGES)
        for chunk in list(islice(self._chunks, chunk_no, None)):
            take = min(room, len(chunk.ends) - within)
            if take <= 0:
                return
            yield chunk.between(within, within + take)
            room -= take
            within = 0

    def clear(self) -> int:
        """Forget everything; indexes begin anew. Returns how many messages were counted."""
        total, self.total, self._dropped = self.total, 0, 0
        self._chunks = deque([_Chunk()])
        return total

    def _begin_chunk(self) -> _Chunk:
        chunk = _Chunk()
        self._chunks.append(chunk)
        while (len(self._chunks) - 1) * CHUNK_MESSAGES >= self._most + CHUNK_MESSAGES:
            self._chunks.popleft()
            self._dropped += CHUNK_MESSAGES
        return chunk
