"""Snowshoeing: one wording spread thin over many senders or link domains, by which carriers know who dodges them. Pure.

What is compared are sentences, since a name or an amount differs from person to person: those that say how to opt
out, and short ones, are in everybody's texts and do not count.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from tidings.compliance.content.finding import Finding, Severity
from tidings.compliance.content.wording import says_how_to_opt_out, wording_of

MOST_SENDERS = 10
MOST_DOMAINS = 3
FEWEST_CHARACTERS = 20
SOURCE = "CTIA Messaging Principles and Best Practices, May 2023: snowshoe messaging"

_ENDS = re.compile(r"(?<=[.!?。！？])\s+|\n+")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+\.\S+/\S*")
_DIGITS = re.compile(r"\d+")


def snowshoeing(sent: Iterable[tuple[str, str]]) -> tuple[Finding, ...]:
    """Texts with the sender of each (empty where it is not known): the wordings that are spread too thin, as warnings.
    One finding a rule, of the widest spread."""
    senders: defaultdict[str, set[str]] = defaultdict(set)
    domains: defaultdict[str, set[str]] = defaultdict(set)
    for text, sender in sent:
        hosts = {_domain(link.host) for link in wording_of(text).links}
        for sentence in _sentences(text):
            if sender:
                senders[sentence].add(sender)
            domains[sentence] |= hosts
    return tuple(_findings(senders, domains))


def _findings(senders: dict[str, set[str]], domains: dict[str, set[str]]) -> Iterator[Finding]:
    sentence, many = _widest(senders)
    if len(many) > MOST_SENDERS:
        yield Finding(
            "snowshoe/senders",
            Severity.WARNING,
            f"The same wording goes out from {len(many)} senders, which carriers take for dodging their limits.",
            "Send it from one short code or registered campaign with enough throughput.",
            sentence,
            source=SOURCE,
        )
    sentence, many = _widest(domains)
    if len(many) > MOST_DOMAINS:
        yield Finding(
            "snowshoe/domains",
            Severity.WARNING,
            f"The same wording leads to {len(many)} domains, which carriers take for dodging their filters.",
            "Link to one domain of your own.",
            ", ".join(sorted(many)[:5]),
            source=SOURCE,
        )


def _widest(spread: dict[str, set[str]]) -> tuple[str, set[str]]:
    return max(spread.items(), key=lambda one: (len(one[1]), one[0]), default=("", set()))


def _sentences(text: str) -> Iterator[str]:
    for sentence in _ENDS.split(text):
        plain = _DIGITS.sub("#", _LINK.sub("<link>", sentence)).strip().casefold()
        if len(plain) >= FEWEST_CHARACTERS and not says_how_to_opt_out(sentence):
            yield plain


def _domain(host: str) -> str:
    """The registered name, near enough: the last two labels, three where the second level is a short one."""
    labels = host.split(".")
    kept = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-kept:])
