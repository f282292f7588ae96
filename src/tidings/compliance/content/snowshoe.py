"""Snowshoeing: one wording spread thin over many senders or link domains, by which carriers know who dodges them. Pure.

What is compared are sentences, since a name or an amount differs from person to person: those that say how to opt
out, and short ones, are in everybody's texts and do not count.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tidings.compliance.content.finding import Finding, Severity
from tidings.compliance.content.wording import links_of, says_how_to_opt_out

MOST_SENDERS = 10
MOST_DOMAINS = 3
FEWEST_CHARACTERS = 20
SOURCE = "CTIA Messaging Principles and Best Practices, May 2023: snowshoe messaging"

_ENDS = re.compile(r"(?<=[.!?。！？])\s+|\n+")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+\.\S+/\S*")
_DIGITS = re.compile(r"\d+")


class Spread:
    """Texts, one by one, and over what their sentences are spread."""

    def __init__(self) -> None:
        self._senders: dict[str, str | set[str]] = {}
        self._domains: dict[str, str | set[str]] = {}

    def add(self, text: str, sender: str = "") -> None:
        """One more text; `sender` is empty where it is not known."""
        domains = {_domain(link.host) for link in links_of(text)}
        for sentence in _ENDS.split(text):
            plain = _plain(sentence)
            if plain and sender:
                _spread(self._senders, plain, sender)
            if plain:
                for domain in domains:
                    _spread(self._domains, plain, domain)

    def findings(self) -> tuple[Finding, ...]:
        """What is spread too thin, as warnings: one a rule, of the widest spread."""
        return tuple(self._findings())

    def _findings(self) -> Iterator[Finding]:
        sentence, many = _widest(self._senders)
        if len(many) > MOST_SENDERS:
            yield Finding(
                "snowshoe/senders",
                Severity.WARNING,
                f"The same wording goes out from {len(many)} senders, which carriers take for dodging their limits.",
                "Send it from one short code or registered campaign with enough throughput.",
                sentence,
                source=SOURCE,
            )
        sentence, many = _widest(self._domains)
        if len(many) > MOST_DOMAINS:
            yield Finding(
                "snowshoe/domains",
                Severity.WARNING,
                f"The same wording leads to {len(many)} domains, which carriers take for dodging their filters.",
                "Link to one domain of your own.",
                ", ".join(sorted(many)[:5]),
                source=SOURCE,
            )


def snowshoeing(sent: Iterable[tuple[str, str]]) -> tuple[Finding, ...]:
    """Texts with the sender of each: the wordings that are spread too thin."""
    spread = Spread()
    for text, sender in sent:
        spread.add(text, sender)
    return spread.findings()


def _spread(known: dict[str, str | set[str]], sentence: str, over: str) -> None:
    """A set only from the second on: most sentences of a large campaign have a name in them, and occur once."""
    before = known.setdefault(sentence, over)
    if isinstance(before, set):
        before.add(over)
    elif before != over:
        known[sentence] = {before, over}


def _widest(known: dict[str, str | set[str]]) -> tuple[str, set[str]]:
    spread = ((len(over), sentence, over) for sentence, over in known.items() if isinstance(over, set))
    widest = max(spread, key=lambda one: one[:2], default=(0, "", set[str]()))
    return widest[1], widest[2]


@lru_cache(maxsize=4096)
def _plain(sentence: str) -> str:
    """What two persons' texts have in common; empty for what does not count."""
    plain = _DIGITS.sub("#", _LINK.sub("<link>", sentence)).strip().casefold()
    return "" if len(plain) < FEWEST_CHARACTERS or says_how_to_opt_out(sentence) else plain


def _domain(host: str) -> str:
    """The registered name, near enough: the last two labels, three where the second level is a short one."""
    labels = host.split(".")
    kept = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-kept:])
