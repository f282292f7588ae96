"""The use cases that a 10DLC campaign can have: `data/use_cases.csv`. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tidings.data import tables
from tidings.senders.registration.brand import Brand, BrandType

SOLE_PROPRIETOR = "SOLE_PROPRIETOR"


@dataclass(frozen=True, slots=True)
class UseCase:
    code: str
    name: str
    description: str
    post_approval_required: bool


@cache
def use_cases() -> Mapping[str, UseCase]:
    """All of them by code, in the order in which they are shown."""
    return {
        row["code"]: UseCase(
            row["code"], row["name"], row["description"], row["post_approval_required"] == "yes"
        )
        for row in tables.rows("use_cases.csv")
    }


def open_to(brand: Brand | None) -> list[UseCase]:
    """The use cases that a brand can register: a sole proprietor's has one of its own, all others the rest. Without a
    brand, those of a standard brand."""
    alone = brand is not None and brand.type is BrandType.SOLE_PROPRIETOR
    return [one for one in use_cases().values() if (one.code == SOLE_PROPRIETOR) is alone]
