"""Direct messages that the gate refused: listed with the rule, for their own account, and forgotten after a month."""

import json
from datetime import timedelta

from tests.compliance.caps.test_command_line import tidings
from tests.compliance.conftest import ANNA, SHOP, Shop
from tests.messages.builders import draft
from tests.messages.pools import acceptance_on, account_of, now

from tidings.compliance.gate.refusals import Refusals, forget
from tidings.compliance.judge import Question
from tidings.compliance.verdict import Allowed, Applied, Rule, Verdict
from tidings.compliance.verdict import Refused as Barred
from tidings.kernel.codes import REGION_NOT_ENABLED
from tidings.kernel.outcomes import Refused
from tidings.messages.judging import Judging

PATH = "/tidings/v1/compliance/refusals"
RULE = Applied(Rule("geo/US", "7", "kim", "This account does not write to US."), {"to": "US"})


def bars(question: Question) -> Verdict:
    return Barred(REGION_NOT_ENABLED, RULE) if question.body == "No" else Allowed()


async def test_who_was_refused_is_listed_with_the_rule(shop: Shop, db_url: str) -> None:
    db, account, other = shop.home.db, shop.opened.account.id, await account_of(shop.home.db)
    async with acceptance_on(db, judging=Judging([bars], refusals=Refusals(db))) as acceptance:
        for owner, to in ((account, ANNA), (account, "+14155550123"), (other, ANNA)):
            told = await acceptance.accept(
                draft(account=owner, recipient=to, sender=SHOP, body="No"), now=now()
            )
            assert isinstance(told, Refused)
    reply = await shop.ask("GET", PATH)
    assert [one["recipient"] for one in reply.body["refusals"]] == ["+14155550123", ANNA]
    (one,) = (await shop.ask("GET", f"{PATH}?recipient=%2B14155550123")).body["refusals"]
    assert (one["sender"], one["code"], one["verdict"]["applied"][0]["rule"]) == (SHOP, 21408, "geo/US")
    (before,) = (await shop.ask("GET", f"{PATH}?before={one['id']}")).body["refusals"]
    assert before["recipient"] == ANNA
    about = ("gate", "refused")
    code, output, _ = await tidings(shop, db_url, *about, "--recipient", ANNA, "--json")
    assert (code, [one["recipient"] for one in json.loads(output)]) == (0, [ANNA])
    assert (
        "The gate refused no direct message." in (await tidings(shop, db_url, *about, "--recipient", "+1"))[1]
    )
    await forget(db, now=now() + timedelta(days=31))
    assert (await shop.ask("GET", PATH)).body == {"refusals": []}
