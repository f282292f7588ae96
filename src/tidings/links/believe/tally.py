"""How many followed links: of one message as a value, and what it adds to the rates. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from tidings.kernel.instant import Instant
from tidings.links.believe.classify import Verdict

RateKey = tuple[UUID, Instant, UUID, str, tuple[tuple[str, str], ...]]
"""Account, hour, service, country, tags in order."""
FIGURES = ("delivered", "clicked", "followed", "persons", "machines", "unsure", "converted", "conversions")


class LinkCount(msgspec.Struct):
    """Clicks on one link, by verdict."""

    persons: int = 0
    machines: int = 0
    unsure: int = 0

    def add(self, verdict: Verdict, count: int) -> None:
        match verdict:
            case Verdict.PERSON:
                self.persons += count
            case Verdict.MACHINE:
                self.machines += count
            case Verdict.UNSURE:
                self.unsure += count


class Standing(msgspec.Struct):
    """One message with links: where it is counted, whether a receipt says that it arrived, and its links by code."""

    account: UUID
    message: UUID
    service: UUID
    country: str
    tags: Mapping[str, str]
    hour: Instant
    delivered: bool
    links: dict[str, LinkCount]
    conversions: int = 0

    @property
    def key(self) -> RateKey:
        return (self.account, self.hour, self.service, self.country, tuple(sorted(self.tags.items())))

    def figures(self) -> Counter[str]:
        """What it adds to the rates. `clicked`: messages of which a person followed a link, which therefore arrived,
        whatever receipts say; `followed`: links that a person followed; the rest are clicks."""
        followed = sum(1 for one in self.links.values() if one.persons)
        return Counter(
            delivered=int(self.delivered or followed > 0),
            clicked=int(followed > 0),
            followed=followed,
            persons=sum(one.persons for one in self.links.values()),
            machines=sum(one.machines for one in self.links.values()),
            unsure=sum(one.unsure for one in self.links.values()),
            converted=int(self.conversions > 0),
            conversions=self.conversions,
        )


def changes(before: Iterable[tuple[RateKey, Counter[str]]], after: Iterable[Standing]) -> dict[RateKey, Any]:
    """What is to be added to each line of the rates, where anything is."""
    sums: dict[RateKey, Counter[str]] = {}
    for key, figures in before:
        sums.setdefault(key, Counter()).subtract(figures)
    for one in after:
        sums.setdefault(one.key, Counter()).update(one.figures())
    return {key: figures for key, figures in sums.items() if any(figures.values())}
