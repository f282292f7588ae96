"""Whom the demo of quiet hours writes to on a Saturday night, and when each of them may first be written to. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tidings.kernel.instant import Instant, iso8601, parse_instant

BEGINS: Instant = datetime(2026, 11, 29, 3, 30, tzinfo=UTC)
"""Saturday, half past ten in the evening in New York."""
FIRST_MINUTE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to write to. `opens`: the first lawful minute (UTC) as a person reads the rules, not as the gate has
    it; None: at once. `never`: they may be in so many zones that no moment suits all."""

    who: str
    number: str
    zone: str
    opens: str | None = None
    essential: bool = False
    never: bool = False

    @property
    def may_leave_at(self) -> Instant:
        opens = parse_instant(self.opens) if self.opens else None
        return opens or BEGINS

    def local(self, at: Instant) -> str:
        return f"{at.astimezone(ZoneInfo(self.zone)):%a %H:%M:%S}"


PEOPLE = (
    Person("New York, a one-time code", "+12125551235", "America/New_York", essential=True),
    Person("New York", "+12125551234", "America/New_York", "2026-11-29T13:00"),
    Person("Honolulu, half past five", "+18085551234", "Pacific/Honolulu"),
    Person("Phoenix, half past eight", "+16025551234", "America/Phoenix"),
    Person("India, a one-time code", "+919812345679", "Asia/Kolkata", essential=True),
    Person("India, from ten", "+919812345678", "Asia/Kolkata", "2026-11-29T04:30"),
    Person("London", "+447400123456", "Europe/London", "2026-11-29T09:00"),
    Person("Indianapolis: Eastern", "+13175551234", "America/Indiana/Indianapolis", "2026-11-29T13:00"),
    Person("Evansville: Central", "+18124251234", "America/Chicago", "2026-11-29T14:00"),
    Person("+1 850-234: Central", "+18502341234", "America/Chicago", "2026-11-29T14:00"),
    Person("Dallas, Sunday from noon", "+12145551234", "America/Chicago", "2026-11-29T18:00"),
    Person("Paris, not on Sunday", "+33612345678", "Europe/Paris", "2026-11-30T07:00"),
    Person("Alabama, not on Sunday", "+12055551234", "America/Chicago", "2026-11-30T14:00"),
    Person("a toll-free number: anywhere", "+18885551234", "America/New_York", never=True),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message to a person. `left_at` by the carrier's clock, read on the demo's; None: it waits."""

    person: Person
    held_until: Instant | None
    left_at: Instant | None

    @property
    def is_lawful(self) -> bool:
        """It did not leave before its first lawful minute."""
        return self.left_at is None or (not self.person.never and self.left_at >= self.person.may_leave_at)

    @property
    def is_prompt(self) -> bool:
        """It left within that minute, or waits because no minute is lawful."""
        if self.left_at is None:
            return self.person.never
        return self.left_at - self.person.may_leave_at < FIRST_MINUTE

    def told(self) -> dict[str, str | bool | None]:
        """For --json."""
        return {
            "who": self.person.who,
            "to": self.person.number,
            "first_lawful": None if self.person.never else iso8601(self.person.may_leave_at),
            "held_until": None if self.held_until is None else iso8601(self.held_until),
            "left_at": None if self.left_at is None else iso8601(self.left_at),
            "lawful": self.is_lawful,
            "prompt": self.is_prompt,
        }
