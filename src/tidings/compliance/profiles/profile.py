"""What an account knows of where a recipient is, and the hours that they asked for. Pure."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tidings.compliance.quiet_hours import BadField, BadHours, Hours, Place, parse_hours, place_of
from tidings.kernel.phone_number import PhoneNumber

FIELDS = ("zone", "postal_code", "state", "hours")
SOURCE = "the recipient's profile"


@dataclass(frozen=True, slots=True)
class Profile:
    """All of a recipient's profile; what is None is not known."""

    recipient: str
    """E.164."""
    zone: str | None = None
    """tz database, such as America/Chicago."""
    postal_code: str | None = None
    state: str | None = None
    """ISO 3166-2, or its part behind the dash."""
    hours: str | None = None
    """When they want to be written to: `Mon-Fri 09:00-18:00, Sat 10:00-14:00`."""

    def place(self) -> Place:
        """Where they may be. Raises BadField; not for one without faults."""
        return place_of(self.recipient, zone=self.zone, postal_code=self.postal_code, state=self.state)

    def preferred(self) -> Hours | None:
        """Raises BadHours; not for one without faults."""
        return None if self.hours is None else parse_hours(self.hours, source=SOURCE)


def faults_of(profile: Profile) -> list[tuple[str, str]]:
    """What is wrong with it: the field, and a sentence."""
    if PhoneNumber.parse(profile.recipient) is None:
        return [("recipient", f"{profile.recipient!r} is no number in E.164, such as +14155552671.")]
    faults = []
    try:
        profile.place()
    except BadField as bad:
        faults.append((bad.field, bad.problem))
    try:
        profile.preferred()
    except BadHours as bad:
        faults.append(("hours", str(bad)))
    if all(getattr(profile, field) is None for field in FIELDS):
        faults.append(("zone", "Nothing is said of them: give zone, postal_code, state or hours."))
    return faults


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    """In the sheet; the header is 1."""
    column: str
    problem: str


def profiles_in(lines: Iterable[str]) -> Iterator[Profile | Fault]:
    """Those of a CSV with a column `recipient`, and `zone`, `postal_code`, `state`, `hours` as far as they are known;
    a line that is wrong gives its faults instead."""
    reader = csv.DictReader(lines)
    header = reader.fieldnames or ()
    if "recipient" not in header or not set(header) & set(FIELDS):
        yield Fault(1, "recipient", f"The header needs recipient, and one of {', '.join(FIELDS)}.")
        return
    for row in reader:
        said = {field: (row.get(field) or "").strip() or None for field in FIELDS}
        profile = Profile((row["recipient"] or "").strip(), **said)
        faults = faults_of(profile)
        yield from (Fault(reader.line_num, column, problem) for column, problem in faults)
        if not faults:
            yield profile
