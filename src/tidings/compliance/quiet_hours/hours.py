"""Hours that a company or a person sets for themselves: they narrow what the rules allow, and never widen it. Pure."""

from typing import NamedTuple

from tidings.compliance.quiet_hours.days import Week, parse_days, parse_time, week_of, written_week
from tidings.compliance.quiet_hours.rules import Timetable
from tidings.compliance.verdict import Rule, Traffic


class Hours(NamedTuple):
    """When one wants messages to leave, by the recipient's clock."""

    week: Week
    source: str
    """Whose wish it is, such as `settings of AC...` or `profile`."""
    zone: str | None = None
    """The zone in which they are stated; None: every zone of the recipient."""

    def timetable(self, kind: str, traffic: Traffic, version: str) -> Timetable:
        """The rule that these hours are; `kind` is `company` or `preferred`."""
        text = f"{kind} hours: {written_week(self.week)}, {self.zone or 'the recipient’s time'}"
        return Timetable(
            rule=Rule(f"quiet_hours/{kind}", version, self.source, text),
            jurisdiction="",
            traffic=traffic,
            binding=None,
            zone=self.zone,
            calendars=(),
            periods=((None, None, self.week),),
        )


class BadHours(ValueError):  # noqa: N818 - it names what is wrong
    """A text that says no hours; the sentence says how they are written."""


def parse_hours(text: str, *, source: str, zone: str | None = None) -> Hours:
    """Hours as people write them: `Mon-Fri 09:00-18:00, Sat 10:00-14:00`, or `22:00-06:00` for every day.

    What ends before it begins goes on into the next day. Raises BadHours.
    """
    spans = []
    for part in text.split(","):
        *days, hours = part.split() or [""]
        first, _, last = hours.partition("-")
        opens, closes = parse_time(first), parse_time(last)
        weekdays = parse_days(" ".join(days) or "Mon-Sun")
        if weekdays is None or opens is None or closes is None or opens == 1440:
            raise BadHours(f"{part.strip()!r} is not written like Mon-Fri 09:00-18:00.")
        spans.append((weekdays, (opens, closes)))
    week = week_of(spans)
    return Hours(week, source, zone)
