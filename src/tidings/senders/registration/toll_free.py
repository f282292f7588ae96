"""The verification of a toll-free number, without which it may text nobody in the US and Canada."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Record
from tidings.senders.registration.reasons import Reason
from tidings.senders.registration.states import TollFreeState

SID = "HH"
EDIT_WINDOW = timedelta(days=7)
"""How long after a rejection the same verification may be mended and submitted again."""


@dataclass(frozen=True, slots=True)
class Verification:
    id: UUID
    account: UUID
    sender: UUID
    number: str
    """The toll-free number in E.164."""
    said: Mapping[str, Any]
    """What was submitted, by the field names of the API."""
    state: TollFreeState
    reasons: tuple[Reason, ...]
    may_be_mended: bool
    """Whether the reasons of a rejection are ones that can be mended."""
    mend_until: Instant | None
    submission: int
    submitted_at: Instant
    created_at: Instant
    updated_at: Instant

    def edit_allowed(self, now: Instant) -> bool | None:
        """Whether it may be mended now; None where nothing was rejected."""
        if self.state is not TollFreeState.REJECTED:
            return None
        return self.may_be_mended and self.mend_until is not None and now < self.mend_until


def verification_of(row: Record) -> Verification:
    return Verification(
        id=row["id"],
        account=row["account"],
        sender=row["sender"],
        number=row["address"],
        said=row["said"],
        state=TollFreeState(row["status"]),
        reasons=tuple(Reason.read(one) for one in row["reasons"]),
        may_be_mended=row["may_be_mended"],
        mend_until=row["mend_until"],
        submission=row["submission"],
        submitted_at=row["submitted_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
