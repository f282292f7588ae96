"""Outcomes that several slices share."""

from dataclasses import dataclass
from typing import Self

from tidings.kernel.codes import Code


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that changes nothing. `message` is the sentence for the caller, in Twilio's wording."""

    code: Code
    message: str

    @classmethod
    def because(cls, code: Code, /, **values: object) -> Self:
        """Refused with the code's own wording about these values."""
        return cls(code, code.about(**values))

    @property
    def status(self) -> int:
        return self.code.status
