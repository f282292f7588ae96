"""CPU of judging one message: transactional and marketing ones, each to another person, with the shipped rules.

Also with the linter, for one text that repeats (with two findings) and for texts that differ. The messages of a round
are judged within one minute of a day and once more at night, as a campaign is.
"""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from rig import ROUNDS, calibrate, report, say

from tidings.compliance.content import Linter
from tidings.compliance.judge import content_by, quiet_hours_by
from tidings.compliance.packs.pack import shipped
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
    pack = shipped()
    judging = Judging([quiet_hours_by(pack.quiet_hours)])
    linting = Judging([quiet_hours_by(pack.quiet_hours), content_by(Linter(pack.countries), pack.version)])
    transactional, marketing = drafts(1), drafts(2)
    differing = [
        msgspec.structs.replace(one, body=f"Acme: {n} left. Reply STOP to opt out.")
        for n, one in enumerate(marketing)
    ]
    return {
        "new_people_us": microseconds(judging, marketing, NOON),
        "marketing_by_day_us": microseconds(judging, marketing, NOON),
        "marketing_at_night_us": microseconds(judging, marketing, NIGHT),
        "transactional_us": microseconds(judging, transactional, NOON),
        "transactional_linted_us": microseconds(linting, transactional, NOON),
        "marketing_linted_us": microseconds(linting, marketing, NOON),
        "differing_texts_linted_us": microseconds(linting, differing, NOON),
        "calibration_seconds": calibrate(),
    }


def main() -> None:
    rounds = []
    for number in range(ROUNDS):
        rounds.append(round_of())
        say(f"round {number + 1}: {rounds[-1]}")
    report("gate", rounds, messages=MESSAGES)


main()
