"""Which countries an account may write to. Pure.

What an account said of a country holds. Where it said nothing, what it said of all others (`*`) does, or else every
country is allowed. What the rule pack marks as of high risk is allowed only by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tidings.compliance.geo.rows import SHARED_CODES, Destinations
from tidings.compliance.verdict import Applied, Refused, Rule
from tidings.kernel.codes import REGION_NOT_ENABLED
from tidings.kernel.numbering_plan import NON_GEOGRAPHIC, REGIONS

OTHERS = "*"
"""All destinations that an account has not named."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What somebody said of a destination. `version` grows with everything that an account says."""

    allowed: bool
    reason: str
    changed_by: str
    version: int


@dataclass(frozen=True, slots=True)
class Permissions:
    """What an account said, by destination: an ISO 3166 code, `+` and a calling code of no country, or `*`."""

    by_destination: Mapping[str, Permission]
    marked: Destinations
    """What the rule pack says of destinations."""
    decided: dict[str, Applied | Refused] = field(default_factory=dict, compare=False, repr=False)
    """What was decided of each destination: it stays so for as long as these permissions hold."""

    def allows(self, destination: str) -> bool:
        own = self.by_destination.get(destination)
        if own is not None:
            return own.allowed
        others = self.by_destination.get(OTHERS)
        if destination in self.marked.risky:
            return False
        return others is None or others.allowed


def decide(permissions: Permissions, *, country: str, calling_code: str) -> Applied | Refused:
    """Whether the account may write there: the rule that lets it pass, or the refusal with 21408.

    `country` is an ISO 3166 code, "" or 001 for a number of no country, whose `calling_code` then tells where it leads.
    A short code has neither; it is of the sender's own country, and passes.
    """
    destination = country
    if not country or country == NON_GEOGRAPHIC:
        destination = f"+{calling_code}" if calling_code else ""
    return decided_of(permissions, destination)


def decided_of(permissions: Permissions, destination: str) -> Applied | Refused:
    """As `decide`, of a destination as permissions name it."""
    verdict = permissions.decided.get(destination)
    if verdict is None:
        if len(permissions.decided) > len(REGIONS) + 100:
            permissions.decided.clear()
        verdict = permissions.decided[destination] = _decided(permissions, destination)
    return verdict


def parse_destination(text: str) -> str | None:
    """`us` is US, `+881` itself, `*` all others; None for what is none of these."""
    wanted = text.strip().upper()
    if wanted == OTHERS or wanted in REGIONS:
        return wanted
    return wanted if wanted in SHARED_CODES else None


def _decided(permissions: Permissions, destination: str) -> Applied | Refused:
    applied = Applied(_rule(permissions, destination), {"destination": destination or "short code"})
    if not destination or permissions.allows(destination):
        return applied
    return Refused(REGION_NOT_ENABLED, applied)


def _rule(permissions: Permissions, destination: str) -> Rule:
    for named in (destination, OTHERS):
        own = permissions.by_destination.get(named)
        if own is not None and not (named == OTHERS and destination in permissions.marked.risky):
            may = "may" if own.allowed else "may not"
            what = "destinations that it has not named" if named == OTHERS else named
            return Rule(
                id=f"geo/{named}",
                version=str(own.version),
                source=own.changed_by,
                text=f"The account {may} write to {what}: {own.reason}",
            )
    marked = permissions.marked.risky.get(destination)
    if marked is not None:
        return Rule(
            id=f"geo/{destination}",
            version=permissions.marked.version,
            source=marked.source,
            text=f"{marked.name}: {marked.why}; nothing is sent there until the account allows it.",
        )
    return Rule(
        id="geo/default",
        version=permissions.marked.version,
        source="Tidings",
        text="An account may write to every country.",
    )
