"""The text of a short message's octets, at the speed a benchmark's carrier needs."""

import codecs

from tidings.kernel.gsm7 import ESCAPE, decode_gsm7
from tidings.kernel.segments import measure

DEFAULT_ALPHABET = 0
ASCII = 1
LATIN_1 = 3
UCS2 = 8
"""data_coding (SMPP 3.4 §5.2.19)."""
ONE_PART_OCTETS = 140
"""What surely fits one segment in any alphabet (3GPP TS 23.040)."""

_BASIC = "".join(decode_gsm7(bytes([octet])) for octet in range(256))


def text_of(octets: bytes, data_coding: int) -> str:
    """The text; never fails. Unpaired surrogates and octets without a meaning become U+FFFD.

    A coding with no meaning here is read as Latin-1, which at least shows every octet.
    """
    if data_coding == DEFAULT_ALPHABET:
        if ESCAPE in octets:
            return decode_gsm7(octets)
        return codecs.charmap_decode(octets, "strict", _BASIC)[0]
    if data_coding == UCS2:
        return octets.decode("utf-16-be", "replace")
    return octets.decode("latin-1")


def segments_of(octets: bytes, data_coding: int) -> int:
    """How many segments go over the air for one submit_sm; more than one when it is a long payload."""
    if len(octets) <= ONE_PART_OCTETS:
        return 1
    return max(1, measure(text_of(octets, data_coding)).segments)
