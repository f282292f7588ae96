"""What is registered for a sender, remembered for a few seconds so that a send costs no query."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tidings.kernel.phone_number import LineType, PhoneNumber
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.statements import Statements
from tidings.senders.registration.brand import BrandType
from tidings.senders.registration.states import BrandState, CampaignState, TollFreeState

SQL = Statements.beside(__file__)

MOST_REMEMBERED = 100_000
UNITED_STATES = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
"""The regions of the numbering plan whose long codes and carriers go by 10DLC."""
LONG_CODES = frozenset({LineType.FIXED_LINE, LineType.MOBILE, LineType.FIXED_LINE_OR_MOBILE})


class Rule(StrEnum):
    """By which registration a sender goes."""

    TEN_DLC = "10dlc"
    TOLL_FREE = "toll_free"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is registered for one sender; the fields of the campaign and its brand are empty without a campaign.

    `brand_kind` is standard, low_volume_standard, sole_proprietor, russell_3000 or government, as in
    `data/ten_dlc.csv`; `trust_score` None while the brand is not vetted.
    """

    rule: Rule | None = None
    """None for senders that need no registration with carriers: short codes, names, numbers of other countries."""
    campaign: UUID | None = None
    campaign_state: CampaignState | None = None
    use_case: str = ""
    mock: bool = False
    brand: UUID | None = None
    brand_state: BrandState | None = None
    brand_kind: str = ""
    trust_score: int | None = None
    toll_free: TollFreeState | None = None

    @property
    def registered(self) -> bool:
        """Whether a long code's campaign is approved, and not a mock."""
        return (
            self.campaign_state is CampaignState.VERIFIED
            and self.brand_state is BrandState.APPROVED
            and not self.mock
        )

    @property
    def suspended(self) -> bool:
        return self.campaign_state is CampaignState.SUSPENDED or self.brand_state is BrandState.SUSPENDED


NOT_REGISTERED = Standing()


class Registrations:
    """`monotonic` is a clock in seconds. A change takes effect after `trust_seconds` at most."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = 5.0) -> None:
        self._db = db
        self._monotonic = monotonic
        self._trust_seconds = trust_seconds
        self._known: dict[tuple[UUID, str], tuple[Standing, float]] = {}

    def recall(self, account: UUID, sender: str) -> Standing | None:
        """The standing, if it was looked up a moment ago; that of a sender that needs no registration does not
        change."""
        known = self._known.get((account, sender))
        return known[0] if known is not None and known[1] > self._monotonic() else None

    async def standing(self, account: UUID, sender: str) -> Standing:
        """What is registered for the account's sender with this address."""
        known = self.recall(account, sender)
        return known if known is not None else (await self.standings(account, [sender]))[sender]

    async def standings(self, account: UUID, senders: Sequence[str]) -> Mapping[str, Standing]:
        """The same for several senders, in one query at most, and in none for those that need no registration."""
        known = {sender: self.recall(account, sender) for sender in senders}
        unknown = [sender for sender, standing in known.items() if standing is None]
        if len(self._known) + len(unknown) > MOST_REMEMBERED:
            self._known.clear()
        asked = [sender for sender in unknown if rule_of(sender) is not None]
        found = {}
        if asked:
            async with self._db.connection() as connection:
                rows = await SQL.many(connection, "standings", account, asked)
            found = {row["address"]: row for row in rows}
        until = self._monotonic() + self._trust_seconds
        for sender in unknown:
            standing = standing_of(sender, found.get(sender))
            known[sender] = standing
            self._known[account, sender] = (standing, until if standing.rule is not None else math.inf)
        return {sender: standing for sender, standing in known.items() if standing is not None}


def rule_of(sender: str) -> Rule | None:
    """By which registration a sender with this address goes."""
    number = PhoneNumber.parse(sender)
    if number is None or number.calling_code != 1:
        return None
    if number.line_type is LineType.TOLL_FREE:
        return Rule.TOLL_FREE
    return Rule.TEN_DLC if number.region in UNITED_STATES and number.line_type in LONG_CODES else None


async def registered_services(db: Connection, account: UUID, services: Sequence[UUID]) -> frozenset[UUID]:
    """Which of these services of an account have an approved campaign for US numbers."""
    rows = await SQL.many(db, "registered_services", account, list(services))
    return frozenset(row["service"] for row in rows)


async def registered_campaigns(db: Connection, account: UUID, brand: UUID) -> list[Standing]:
    """The standings of long codes with an approved campaign of this brand, one a campaign."""
    rows = await SQL.many(db, "registered_campaigns", account, brand)
    return [_standing(Rule.TEN_DLC, row) for row in rows]


def standing_of(sender: str, row: Record | None) -> Standing:
    rule = rule_of(sender)
    return Standing(rule) if row is None else _standing(rule, row)


def _standing(rule: Rule | None, row: Record) -> Standing:
    toll_free = None if row["toll_free"] is None else TollFreeState(row["toll_free"])
    if row["campaign"] is None:
        return Standing(rule, toll_free=toll_free)
    return Standing(
        rule=rule,
        campaign=row["campaign"],
        campaign_state=CampaignState(row["campaign_status"]),
        use_case=row["use_case"],
        mock=row["mock"],
        brand=row["brand"],
        brand_state=BrandState(row["brand_status"]),
        brand_kind=brand_kind(
            BrandType(row["brand_type"]),
            government=row["government"],
            russell_3000=row["russell_3000"],
            vetted=row["score"] is not None,
            skips_vetting=row["skip_vetting"],
        ),
        trust_score=row["score"],
        toll_free=toll_free,
    )


def brand_kind(
    kind: BrandType, *, government: bool | None, russell_3000: bool | None, vetted: bool, skips_vetting: bool
) -> str:
    """What a brand counts as where throughput is concerned."""
    if kind is BrandType.SOLE_PROPRIETOR:
        return "sole_proprietor"
    if government:
        return "government"
    if russell_3000:
        return "russell_3000"
    return "low_volume_standard" if skips_vetting and not vetted else "standard"
