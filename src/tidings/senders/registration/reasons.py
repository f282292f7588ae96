"""Why a registry says no: Twilio's codes, of which `data/registration_reasons.csv` has the texts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tidings.data import tables


@dataclass(frozen=True, slots=True)
class Reason:
    code: int
    description: str
    fields: tuple[str, ...] = ()
    """The fields of the submission that it is about, in the API's words."""

    def stored(self) -> dict[str, Any]:
        return {"code": self.code, "description": self.description, "fields": list(self.fields)}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Reason":
        return cls(stored["code"], stored["description"], tuple(stored["fields"]))


def reason(code: int, *fields: str, because: str = "") -> Reason:
    """The reason of this code, with a sentence about what exactly is wrong. Raises KeyError for a code that the table
    does not have."""
    text = _table()[code]["description"]
    return Reason(code, f"{text} {because}" if because else text, fields)


def may_be_mended(reasons: tuple[Reason, ...]) -> bool:
    """Whether what was rejected for these reasons may be edited and submitted again."""
    return all(_table()[one.code]["may_be_mended"] == "yes" for one in reasons if one.code in _table())


@cache
def _table() -> Mapping[int, Mapping[str, str]]:
    return {int(row["code"]): row for row in tables.rows("registration_reasons.csv")}
