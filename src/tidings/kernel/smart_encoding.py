"""Smart encoding: typographic characters replaced by like ones that the GSM 7-bit alphabet has.

The map is Twilio's, quirks and all (`‹` becomes `>`); it is applied to every character, whether or not the
text can then do without UCS-2. No replacement contains a character that is itself replaced, so applying it
again changes nothing.
"""

import re

from tidings.data import tables

REPLACEMENTS: dict[str, str] = {
    chr(int(row["code_point"], 16)): "".join(chr(int(point, 16)) for point in row["replacement"].split())
    for row in tables.rows("smart_encoding.csv")
}

_REPLACED = re.compile("[" + "".join(map(re.escape, REPLACEMENTS)) + "]")


def smart(text: str) -> str:
    """The text with every character of the map replaced."""
    return _REPLACED.sub(lambda found: REPLACEMENTS[found[0]], text)
