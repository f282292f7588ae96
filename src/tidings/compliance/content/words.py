"""The words and hosts that the linter knows: `data/content_words.csv`, and keywords by which people opt out. Pure."""

from collections.abc import Sequence

from tidings.data import tables

FIRST_UNSPACED = "\u0e00"
"""From this code point on, scripts put no blanks between words."""


def _known(kind: str) -> frozenset[str]:
    return frozenset(row["word"] for row in tables.rows("content_words.csv") if row["kind"] == kind)


SHORT_HOSTS = _known("short_host")
"""Shorteners that anybody may use."""
CHAT_HOSTS = _known("chat_host")
"""Doors to other messengers."""
TOP_LEVELS = _known("top_level")
"""Endings that make a link of a bare host; with a scheme or a path any ending does."""
GENERIC_SENDERS = _known("generic_sender")
"""Sender ids that name nobody."""


def _stop_words() -> tuple[frozenset[str], Sequence[str]]:
    known = [row["keyword"] for row in tables.rows("opt_out_keywords.csv") if row["word"] == "stop"]
    telling = [keyword for keyword in known if len(keyword) > 1 and " " not in keyword]
    spaced = frozenset(keyword for keyword in telling if max(keyword) < FIRST_UNSPACED)
    return spaced, tuple(keyword for keyword in telling if keyword not in spaced)


STOP_WORDS, STOP_ANYWHERE = _stop_words()
"""Keywords by which people opt out: those that stand between blanks, and those of scripts without."""
