"""A forgiving reader over a PDU's body: it never raises, and what is missing reads as nothing."""

from struct import Struct

_TLV = Struct(">HH")


class Octets:
    """Reads forward from `at`; past the end, integers are 0 and strings are empty."""

    __slots__ = ("_at", "_body")

    def __init__(self, body: bytes, at: int = 0) -> None:
        self._body = body
        self._at = at

    def octet(self) -> int:
        """The next octet."""
        if self._at >= len(self._body):
            return 0
        self._at += 1
        return self._body[self._at - 1]

    def cstring(self) -> str:
        """The string up to the next NUL, or to the end where there is none."""
        stop = self._body.find(0, self._at)
        if stop < 0:
            stop = len(self._body)
        text = self._body[self._at : stop].decode("latin-1")
        self._at = stop + 1
        return text

    def take(self, count: int) -> bytes:
        """At most `count` octets."""
        taken = self._body[self._at : self._at + count]
        self._at += len(taken)
        return taken

    def tlvs(self) -> dict[int, bytes]:
        """The optional parameters up to the end. One cut short ends the list and is left out."""
        found: dict[int, bytes] = {}
        body, at, size = self._body, self._at, len(self._body)
        while size - at >= _TLV.size:
            tag, length = (
                int.from_bytes(body[at : at + 2], "big"),
                int.from_bytes(body[at + 2 : at + 4], "big"),
            )
            at += 4
            if length > size - at:
                break
            found[tag] = body[at : at + length]
            at += length
        self._at = size
        return found
