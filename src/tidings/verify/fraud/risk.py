"""What an account's own codes tell of a number's risk, as Lookup's `sms_pumping_risk` says it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from tidings.kernel.instant import Instant, iso8601
from tidings.lookup.number import Read
from tidings.runtime.database import Database, Record
from tidings.runtime.statements import Statements
from tidings.verify.fraud.judge import range_of
from tidings.verify.fraud.level import PATIENCE
from tidings.verify.fraud.posterior import USUAL_RATE, doubt

SQL = Statements.beside(__file__)
WEEK, MONTHS = timedelta(days=7), timedelta(days=90)
STILL_BLOCKED = timedelta(hours=24)
BANDS = ((60, "low"), (75, "mild"), (90, "moderate"), (101, "high"))
"""Below which score a risk is called so, as at Twilio."""


class Risk:
    """Of what the account's own traffic of a week says; other accounts' says nothing."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, account: UUID, number: Read, *, now: Instant) -> Mapping[str, Any] | None:
        """The values of the package; None where no code of the account went to the number's range or was stopped
        there."""
        e164 = number.phone_number
        async with self._db.connection() as connection:
            row = await SQL.one(
                connection, "traffic", account, range_of(e164), now - WEEK, now + WEEK, now - PATIENCE
            )
            stops = await SQL.one(connection, "stops_of", account, e164, now - MONTHS, range_of(e164))
        assert row is not None, "a sum gives one row"
        assert stops is not None, "a maximum gives one row"
        if not row["matured"] and stops["of_range"] == 0:
            return None
        return values_of(row, stops, now=now)


def values_of(
    traffic: Record | Mapping[str, Any], stops: Record | Mapping[str, Any], *, now: Instant
) -> dict[str, Any]:
    """The score is the probability, in percent, that codes to the range come back a third as often as usual, or
    less."""
    score = round(
        100 * doubt(matured=traffic["matured"], converted=traffic["converted"], baseline=USUAL_RATE)
    )
    blocked_at = stops["blocked_at"]
    return {
        "carrier_risk_category": next(name for most, name in BANDS if score < most),
        "number_blocked": blocked_at is not None and blocked_at > now - STILL_BLOCKED,
        "number_blocked_date": None if blocked_at is None else iso8601(blocked_at),
        "number_blocked_last_3_months": blocked_at is not None,
        "sms_pumping_risk_score": score,
    }
