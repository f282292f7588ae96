"""What carriers allow a sender, by its kind, its country, where it sends to, and what is registered.

The tables are `data/throughput.csv` and `data/ten_dlc.csv`; nothing here is a figure. MPS are segments a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from tidings.data import tables
from tidings.kernel.codes import CODES, Code

PACIFIC = "America/Los_Angeles"
"""Where T-Mobile's day ends."""
UNITED_STATES = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
"""Where 10DLC campaigns decide: the US and its territories, whose numbers are of US networks."""
_TITLES = {"tmobile": "T-Mobile", "all": "All carriers together"}


class Network(StrEnum):
    """The networks that meter a US campaign each by itself."""

    ATT = "att"
    TMOBILE = "tmobile"
    VERIZON = "verizon"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Registered:
    """The approved 10DLC campaign that a long code sends for in the US.

    `campaign` and `brand` are ids. `brand_type` is standard, low_volume_standard, sole_proprietor, russell_3000 or
    government; `use_case` the registry's word, such as MARKETING; `trust_score` None while the brand is not vetted.
    """

    campaign: str
    brand: str
    brand_type: str = "standard"
    trust_score: int | None = None
    use_case: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """MPS of a campaign at each network, and at all of them together."""

    att: float
    tmobile: float
    verizon: float
    other: float
    total: float

    def at(self, network: str | None) -> float:
        """The MPS at a network; the least of all while it is not known which one it is."""
        if network is None:
            return min(self.att, self.tmobile, self.verizon, self.other)
        return float(getattr(self, Network(network)))


@dataclass(frozen=True, slots=True)
class DailyLimit:
    """At most `segments` in a day that ends at midnight in `zone`, over all lanes that name it."""

    name: str
    segments: int
    zone: str

    @property
    def title(self) -> str:
        """Who sets the cap, for people to read."""
        return _TITLES.get(self.name.partition(">")[0], "The country")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one lane may use.

    `rates`: the budgets that the lanes of a campaign share. `daily`: caps that it shares with others. `blocked`: the
    code with which carriers end its messages as things stand, None when they do not.
    """

    mps: float
    rates: Rates | None = None
    daily: tuple[DailyLimit, ...] = ()
    blocked: Code | None = None
    source: str = ""


def allowance_of(
    *,
    kind: str,
    destination: str,
    sender: str = "",
    sender_country: str = "",
    registered: Registered | None = None,
    verified: bool = True,
    network: str | None = None,
    granted_mps: float | None = None,
) -> Allowance:
    """What carriers allow. Countries are ISO 3166 codes; `destination` is the recipient's.

    `verified` is a toll-free number's; `granted_mps` what a carrier granted this sender beside the tables, for every
    destination but those where its campaign decides.
    """
    if registered is not None and kind == "long_code" and destination in UNITED_STATES:
        return _of_campaign(registered, network)
    row = _row(
        kind,
        sender_country or ("US" if kind == "short_code" else ""),
        destination,
        "" if verified else "unverified",
    )
    daily: tuple[DailyLimit, ...] = ()
    if row["per_day"]:
        limit = DailyLimit(f"{sender}>{destination}", int(row["per_day"]), row["day_zone"])
        daily = (limit,)
    return Allowance(
        mps=float(row["mps"]) if granted_mps is None else granted_mps,
        daily=daily,
        blocked=CODES[int(row["blocked"])] if row["blocked"] else None,
        source=row["source"],
    )


@lru_cache(maxsize=10_000)
def _of_campaign(registered: Registered, network: str | None) -> Allowance:
    row = _campaign_row(registered.brand_type, registered.trust_score, registered.use_case)
    per_minute, of_class = int(row["att_per_minute"]), row["att_mps"]
    source = row["source"]
    special = _special().get(registered.use_case)
    if special is not None:
        per_minute, of_class = int(special["att_per_minute"]), ""
        source = f"{source}; AT&T: {special['source']}"
    # At an even pace a minute never holds more than its sixty seconds.
    att = min(float(of_class or "inf"), per_minute / 60)
    rates = Rates(
        att=att,
        tmobile=float(row["tmobile_mps"]),
        verizon=float(row["verizon_mps"]),
        other=float(row["other_mps"]),
        total=float(row["total_mps"]),
    )
    daily = []
    if row["tmobile_per_day"] and network in (Network.TMOBILE, None):
        daily.append(DailyLimit(f"tmobile>{registered.brand}", int(row["tmobile_per_day"]), PACIFIC))
    if row["all_per_day"]:
        daily.append(DailyLimit(f"all>{registered.brand}", int(row["all_per_day"]), PACIFIC))
    return Allowance(mps=rates.at(network), rates=rates, daily=tuple(daily), source=source)


@cache
def _campaign_row(brand_type: str, score: int | None, use_case: str) -> Mapping[str, str]:
    """The first row that fits; a type of brand that the table does not have counts as standard."""
    known = {row["brand_type"] for row in tables.rows("ten_dlc.csv")}
    wanted = brand_type if brand_type in known else "standard"
    for row in tables.rows("ten_dlc.csv"):
        if row["brand_type"] not in (wanted, "*"):
            continue
        if row["use_cases"] != "*" and use_case not in row["use_cases"].split():
            continue
        if row["score_from"] and not (
            score is not None and int(row["score_from"]) <= score <= int(row["score_to"])
        ):
            continue
        return row
    raise ValueError(f"ten_dlc.csv has no row for a brand of type {wanted} with score {score}")


@cache
def _row(kind: str, sender_country: str, destination: str, standing: str) -> Mapping[str, str]:
    """The row that names most of these; `standing` must be named where the sender has one."""
    best: tuple[int, Mapping[str, str]] | None = None
    for row in tables.rows("throughput.csv"):
        asked = (
            (row["sender_kind"], kind),
            (row["sender_country"], sender_country),
            (row["destination"], destination),
        )
        if any(cell not in ("*", value) for cell, value in asked) or row["standing"] not in ("", standing):
            continue
        named = sum(cell != "*" for cell, _ in asked) + (row["standing"] != "")
        if best is None or named > best[0]:
            best = (named, row)
    if best is None:
        raise ValueError(f"throughput.csv has no row for {kind} to {destination}")
    return best[1]


@cache
def _special() -> Mapping[str, Mapping[str, str]]:
    return {row["use_case"]: row for row in tables.rows("ten_dlc_special.csv")}
