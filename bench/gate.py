"""CPU of judging one message: transactional and marketing ones, each to another person, with the shipped rules.

The messages of a round are judged within one minute of a day and once more at night, as a campaign is.
"""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from rig import ROUNDS, calibrate, report, say

from tidings.compliance.judge import quiet_hours_by
from tidings.compliance.quiet_hours import shipped
from tidings.messages.draft import Draft
from tidings.messages.judging import Judging

MESSAGES = 50_000
AREAS = (212, 312, 415, 512, 602, 305, 206, 702, 808, 907)
NOON, NIGHT = datetime(2026, 5, 5, 18, tzinfo=UTC), datetime(2026, 5, 5, 8, tzinfo=UTC)


def drafts(priority: int) -> list[Draft]:
    return [
        Draft(
            account=UUID(int=1),
            sender="+14155550100",
            sender_kind="long_code",
            sender_mps=1.0,
            sender_queue_limit_seconds=None,
            recipient=f"+1{AREAS[number % len(AREAS)]}{2_000_000 + number}",
            calling_code="1",
            country="US",
            body="Your order is ready.",
            ucs2=False,
            segments=1,
            priority=priority,
            resend=True,
            validity_seconds=36_000,
        )
        for number in range(MESSAGES)
    ]


def microseconds(judging: Judging, messages: list[Draft], at: datetime) -> float:
    start = time.process_time()
    for number, draft in enumerate(messages):
        judging.recall(draft, now=at + timedelta(milliseconds=number))
    return round((time.process_time() - start) / len(messages) * 1e6, 3)


def round_of() -> dict[str, float]:
    judging = Judging([quiet_hours_by(shipped())])
    transactional, marketing = drafts(1), drafts(2)
    return {
        "new_people_us": microseconds(judging, marketing, NOON),
        "marketing_by_day_us": microseconds(judging, marketing, NOON),
        "marketing_at_night_us": microseconds(judging, marketing, NIGHT),
        "transactional_us": microseconds(judging, transactional, NOON),
        "calibration_seconds": calibrate(),
    }


def main() -> None:
    rounds = []
    for number in range(ROUNDS):
        rounds.append(round_of())
        say(f"round {number + 1}: {rounds[-1]}")
    report("gate", rounds, messages=MESSAGES)


main()
