"""CPU of quiet hours: microseconds a recipient, for many different numbers of North America and some of elsewhere.

`place_us` is finding where each may be, `decide_us` the verdict of a marketing message to each at one moment with the
shipped rules, `transactional_us` that of a transactional one, and `hours_us` that of a marketing one at the 24 hours of
a day in turn.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "src")]

from tidings.compliance.quiet_hours import Mode, Place, decide, place_of, shipped  # noqa: E402
from tidings.compliance.quiet_hours.place import _area_codes  # noqa: E402
from tidings.compliance.verdict import Traffic  # noqa: E402

RECIPIENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 750_000
AT = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
_random = random.Random(5)


def main() -> None:
    codes = sorted(_area_codes())
    numbers = [_number(codes) for _ in range(RECIPIENTS)]
    rules = shipped()
    places: list[Place] = []
    result: dict[str, object] = {
        "bench": "quiet_hours",
        "recipients": RECIPIENTS,
        "place_us": _cpu(lambda: places.extend(place_of(number) for number in numbers)),
        "decide_us": _cpu(
            lambda: [decide(rules, place, Traffic.MARKETING, at=AT, mode=Mode.CAREFUL) for place in places]
        ),
        "transactional_us": _cpu(
            lambda: [decide(rules, place, Traffic.TRANSACTIONAL, at=AT, mode=Mode.LAW) for place in places]
        ),
        "hours_us": _cpu(
            lambda: [
                decide(rules, place, Traffic.MARKETING, at=AT + timedelta(hours=n % 24), mode=Mode.CAREFUL)
                for n, place in enumerate(places)
            ]
        ),
        "kinds_of_places": len(set(places)),
    }
    print(json.dumps(result))


def _number(codes: list[str]) -> str:
    if _random.random() < 0.1:
        prefix = _random.choice(["+447400", "+336123", "+614123", "+919812", "+491512"])
        return f"{prefix}{_random.randrange(10**6):06d}"
    return f"+1{_random.choice(codes)}{_random.randrange(200, 1000)}{_random.randrange(10_000):04d}"


def _cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return round((time.process_time() - before) / RECIPIENTS * 1e6, 2)


if __name__ == "__main__":
    main()
