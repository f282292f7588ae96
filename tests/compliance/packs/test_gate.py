"""The gate judges by the pack in force."""

from datetime import UTC, datetime
from uuid import UUID

from tests.compliance.packs.builders import edited, manifest

from tidings.compliance.judge import Question, judge
from tidings.compliance.packs.in_force import quiet_hours_in_force
from tidings.compliance.packs.pack import assemble, shipped
from tidings.compliance.quiet_hours import place_of
from tidings.compliance.verdict import Allowed, Held, Traffic

DALLAS = "+12145550123"
EVENING = datetime(2026, 10, 7, 0, 45, tzinfo=UTC)  # a Tuesday, 19:45 in Dallas


def test_a_pack_that_shuts_earlier_holds_what_the_other_lets_pass() -> None:
    row = next(one for one in shipped().tables["quiet_hours.csv"].split("\n") if ",US-TX,marketing," in one)
    closes = row.split(",")[4]
    table = edited("quiet_hours.csv", (row, row.replace(f",{closes},", ",19:30,", 1)))
    ours = assemble(manifest("ours"), {"quiet_hours.csv": table})
    question = Question(
        account=UUID(int=1),
        sender=None,
        sender_kind="",
        service=None,
        recipient=DALLAS,
        country="US",
        traffic=Traffic.MARKETING,
        body="Sale",
        at=EVENING,
        place=place_of(DALLAS),
    )
    held = judge(question, [quiet_hours_in_force(lambda _: ours)])
    assert isinstance(judge(question, [quiet_hours_in_force(lambda _: shipped())]), Allowed)
    assert isinstance(held, Held)
    assert held.applied.rule.version == "ours"
