"""Whether what a 10DLC campaign sends is what was registered for it: texts against samples and use case. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tidings.compliance.drift.distance import distance, grams_of
from tidings.senders.registration import wording
from tidings.senders.registration.campaign import Campaign
from tidings.senders.registration.rules import ADULTS_ONLY, MAY_SELL

FEWEST_TEXTS = 20
"""With fewer nothing can be said."""
FAR = 0.6
"""From this distance on a text is unlike every sample: other wording of the same matter stays below it."""
MOST_FAR = 0.25
"""The share of texts that may be unlike every sample."""
MOST_ODD = 0.05
"""The share of texts that may be of a kind that was not registered."""


class Level(StrEnum):
    UNKNOWN = "unknown"
    """Too few texts to tell."""
    FINE = "fine"
    STRAYING = "straying"
    """Carriers may filter it, and the registry may suspend the campaign."""


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that was not registered and that more texts have than may."""

    rule: str
    """`drift/wording`, `drift/marketing`, `drift/codes`, `drift/links`, `drift/phones` or `drift/topic/...`."""
    share: float
    """Of the texts that were looked at, from 0 to 1."""
    says: str
    remedy: str
    example: str
    """One of the texts."""


@dataclass(frozen=True, slots=True)
class Drift:
    level: Level
    texts: int
    """How many were looked at."""
    distance: float
    """The mean of the texts' distances to their nearest sample, from 0 to 1."""
    oddities: tuple[Oddity, ...]
    """What most texts have first."""


def drift_of(campaign: Campaign, texts: Sequence[str]) -> Drift:
    """How far recent texts of a campaign stray from what was registered for it."""
    if not texts:
        return Drift(Level.UNKNOWN, 0, 0.0, ())
    samples = [grams_of(sample) for sample in campaign.samples]
    distances = [distance(grams_of(text), samples) for text in texts]
    found = [*_far(texts, distances), *_odd(campaign, texts)]
    found.sort(key=lambda one: -one.share)
    level = Level.STRAYING if found else Level.FINE
    if len(texts) < FEWEST_TEXTS:
        level = Level.UNKNOWN
    return Drift(level, len(texts), sum(distances) / len(texts), tuple(found))


def _far(texts: Sequence[str], distances: Sequence[float]) -> Iterator[Oddity]:
    far = [(away, text) for away, text in zip(distances, texts, strict=True) if away >= FAR]
    share = len(far) / len(texts)
    if share > MOST_FAR:
        yield Oddity(
            "drift/wording",
            share,
            f"{share:.0%} of its texts are unlike every sample.",
            "Register samples of what is sent, or send it by a campaign of its own.",
            max(far)[1],
        )


def _odd(campaign: Campaign, texts: Sequence[str]) -> Iterator[Oddity]:
    use_case = campaign.use_case
    if use_case not in MAY_SELL:
        says, remedy = f"marketing, and the use case is {use_case}", "Send it by a campaign for marketing."
        yield from _share("drift/marketing", wording.sells, texts, says, remedy)
    if use_case == "2FA":
        says, remedy = (
            "about no code, and the use case is 2FA",
            "Send them by a campaign of their own use case.",
        )
        yield from _share("drift/codes", lambda text: not wording.is_about_a_code(text), texts, says, remedy)
    if not campaign.has_embedded_links:
        says, remedy = (
            "with a link, and none was registered",
            "Say HasEmbeddedLinks, with a sample that has one.",
        )
        yield from _share("drift/links", wording.has_link, texts, says, remedy)
    if not campaign.has_embedded_phone:
        says = "with a telephone number, and none was registered"
        yield from _share(
            "drift/phones",
            wording.has_phone,
            texts,
            says,
            "Say HasEmbeddedPhone, with a sample that has one.",
        )
    yield from _topics(campaign, texts)


def _topics(campaign: Campaign, texts: Sequence[str]) -> Iterator[Oddity]:
    registered = set(wording.topics(campaign.description, *campaign.samples))
    if campaign.age_gated:
        registered |= ADULTS_ONLY
    if campaign.direct_lending:
        registered.add("lending")
    named = [(text, set(wording.topics(text)) - registered) for text in texts]
    for topic in sorted(set().union(*(topics for _, topics in named))):
        about = {text for text, topics in named if topic in topics}
        says = f"about {topic}, which was not registered"
        yield from _share(
            f"drift/topic/{topic.replace(' ', '-')}",
            about.__contains__,
            texts,
            says,
            "Register the subject first.",
        )


def _share(
    rule: str, odd: Callable[[str], bool], texts: Sequence[str], says: str, remedy: str
) -> Iterator[Oddity]:
    found = [text for text in texts if odd(text)]
    share = len(found) / len(texts)
    if share > MOST_ODD:
        yield Oddity(rule, share, f"{share:.0%} of its texts are {says}.", remedy, found[0])
