"""The GSM 7-bit default alphabet with its extension table (3GPP TS 23.038 §6.2.1), one septet to an octet.

Inside the kernel a text is first written in *cells*: one octet for each character, above 0x7F for an
extension character. That form is one call of C away from the text, and says at a glance how long the text is.
"""

import codecs
import re

from tidings.data import tables

ESCAPE = 0x1B

# A character map of C's speed needs NUL at 0, where the alphabet has the commercial at; so the at sign takes
# the cell of ESCAPE, which is no character.
_AT_CELL = ESCAPE
_AT_SEPTET = 0x00
_EXTENDED = 0x80


def _alphabet() -> tuple[str, frozenset[str]]:
    """The character of each cell, and the characters that cost two septets."""
    characters = ["\ufffe"] * 256
    extension = set()
    for row in tables.rows("gsm7.csv"):
        character = chr(int(row["code_point"], 16))
        septets = bytes.fromhex(row["septets"])
        if len(septets) == 2:
            characters[_EXTENDED | septets[1]] = character
            extension.add(character)
        else:
            characters[septets[0] or _AT_CELL] = character
    characters[0] = "\0"
    return "".join(characters), frozenset(extension)


_CHARACTERS, EXTENSION = _alphabet()
BASIC = frozenset(_CHARACTERS) - EXTENSION - {"\0", "\ufffe"}

_MAP = codecs.charmap_build(_CHARACTERS)
_SEPTETS = re.compile(rb"\x1b[^\x1b]?|[^\x1b]+")
_BASIC_CHARACTERS = "".join(_CHARACTERS[septet or _AT_CELL] for septet in range(128)).replace("\ufffe", " ")
_BASIC_OCTETS = _BASIC_CHARACTERS * 2
_HIGH_ESCAPE = 0x80 | ESCAPE


def cells(text: str) -> bytes | None:
    """The text, one octet a character, above 0x7F for an extension character; None outside the alphabet."""
    try:
        cells = codecs.charmap_encode(text, "strict", _MAP)[0]
    except UnicodeEncodeError:
        return None
    return None if 0 in cells else cells


def marked(cells: bytes) -> bytes:
    """One octet for each septet: an octet above 0xBF marks an escape, and the next one what it escapes.

    This is how UTF-8 writes characters above 0x7F, so that two calls of C do it."""
    return cells if cells.isascii() else cells.decode("latin-1").encode("utf-8")


def _septet_of_mark() -> bytes:
    septets = bytearray(range(128)) + bytearray(64) + bytes([ESCAPE]) * 64
    septets[_AT_CELL] = _AT_SEPTET
    for cell in range(_EXTENDED, 256):
        if _CHARACTERS[cell] in EXTENSION:
            septets[marked(bytes([cell]))[1]] = cell & 0x7F
    return bytes(septets)


_SEPTET_OF_MARK = _septet_of_mark()


def first_outside(text: str) -> int | None:
    """The place, in code points, of the first character that the alphabet does not have."""
    try:
        codecs.charmap_encode(text, "strict", _MAP)
    except UnicodeEncodeError as outside:
        nul = text.find("\0", 0, outside.start)
        return outside.start if nul < 0 else nul
    nul = text.find("\0")
    return None if nul < 0 else nul


def encode_gsm7(text: str) -> bytes:
    """The septets of `text`, one to an octet, as SMPP carries them with data_coding 0.

    Raises ValueError for a text outside the alphabet."""
    written = cells(text)
    if written is None:
        raise ValueError(f"character {first_outside(text)} of the text is not in the GSM 7-bit alphabet")
    return marked(written).translate(_SEPTET_OF_MARK)


def decode_gsm7(septets: bytes) -> str:
    """The text of septets, one to an octet; the highest bit of an octet is not looked at.

    As TS 23.038 asks: an escape before a septet without an extension character shows that septet's basic
    character, and an escape at the end, or before another escape, is a blank."""
    if ESCAPE not in septets and _HIGH_ESCAPE not in septets:
        return codecs.charmap_decode(septets, "strict", _BASIC_OCTETS)[0]
    text = []
    for piece in _SEPTETS.findall(bytes(octet & 0x7F for octet in septets)):
        if piece[0] != ESCAPE:
            text.append("".join(_BASIC_CHARACTERS[septet] for septet in piece))
        elif len(piece) == 1:
            text.append(" ")
        else:
            extended = _CHARACTERS[_EXTENDED | piece[1]]
            text.append(_BASIC_CHARACTERS[piece[1]] if extended == "\ufffe" else extended)
    return "".join(text)
