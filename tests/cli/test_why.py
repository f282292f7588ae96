"""`tidings why`: what decided first and in plain words; what let it pass is counted."""

import json
from datetime import timedelta

from tests.command import command
from tests.messages.pools import acceptance_on, account_of, service_with
from tests.messages.test_through_services import BOSTON, Shop

from tidings.compliance.judge import Question
from tidings.compliance.verdict import Allowed, Applied, Held, Rule, Verdict
from tidings.kernel.sid import Sid
from tidings.messages.judging import Judging
from tidings.runtime.database import Database


def applied(id: str, **saw: str) -> Applied:
    return Applied(Rule(id, "2026.11", "; ".join(f"law {n}" for n in range(31)), f"What {id} says."), saw)


def rules(question: Question) -> Verdict:
    clock = {"local_time": "Tue 2026-11-24 12:00 America/Chicago"}
    if question.body == "Night":
        return Held(question.at + timedelta(hours=8), applied("quiet_hours/US-TX/marketing", **clock))
    quiet = [applied(f"quiet_hours/US-{state}/marketing", **clock) for state in ("AZ", "FL", "TX")]
    return Allowed(
        applied=(*quiet, applied("content/*/style/capitals", severity="warning"), applied("caps/day"))
    )


async def test_what_decided_comes_first_and_the_rest_is_counted(db: Database, db_url: str) -> None:
    account = await account_of(db)
    service = await service_with(db, account, [BOSTON])
    async with acceptance_on(db, judging=Judging([rules])) as acceptance:
        shop = Shop(db, acceptance, account, service)
        sent = [await shop.send(body=body, priority=2) for body in ("Day", "Night")]

    async def why(n: int, *options: str) -> str:
        sid = str(Sid("SM", sent[n].id))
        words = ("why", sid, "--account", str(Sid("AC", account)), *options)
        code, output, errors = await command(
            *words, environ={"TIDINGS_DATABASE_URL": db_url, "COLUMNS": "240"}
        )
        assert code == 0, errors
        return " ".join(output.split())

    day, night = await why(0), await why(1)
    assert "Nothing against it: quiet hours (3), caps." in day
    assert "What content/*/style/capitals says." in day
    assert "What quiet_hours" not in day
    assert "What quiet_hours/US-TX/marketing says." in night
    assert "law 0 and 30 more" in night
    assert "law 7" not in night
    assert len(json.loads(await why(0, "--json"))["steps"][1]["verdict"]["applied"]) == 5
