"""Consent and content at the gate: as the account chose, for marketing; all else pays nothing and passes."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.messages.builders import draft
from tests.messages.pools import acceptance_on, account_of, now, service_with
from tests.messages.test_through_services import ANNA, BOSTON, DENVER, Shop, come_due

from tidings.compliance.consent import ConsentMode
from tidings.compliance.consent.entry import Deed, Said
from tidings.compliance.consent.take_in import take_in
from tidings.compliance.content import Lint
from tidings.compliance.gate import Chosen, GateSettingsOf, keep_choice, settings_from
from tidings.compliance.judge import rules_of as rules_of_verdict
from tidings.compliance.packs.in_force import content_in_force, senders_in_force
from tidings.compliance.packs.pack import shipped
from tidings.kernel.outcomes import Refused
from tidings.messages.agreements import Agreements
from tidings.messages.judging import FREE, Judging, question_of
from tidings.messages.path import path_of
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database

MARKETING = 2
NOON = datetime(2026, 5, 6, 18, tzinfo=UTC)
GOOD = "Shop: 20% off for you today. Reply STOP to opt out."
MUTE = "20% off for you today."


@asynccontextmanager
async def shop_that_chose(db: Database, chosen: Chosen) -> AsyncIterator[Shop]:
    account = await account_of(db)
    service = await service_with(db, account, [BOSTON, DENVER])
    async with db.transaction() as connection:
        await keep_choice(connection, account, chosen, reason="r", changed_by="ops", now=now())
    judging = Judging(
        [content_in_force(lambda _at: shipped())],
        GateSettingsOf(db, monotonic=time.monotonic),
        agreements=Agreements(db, laws=lambda _at: shipped().consent),
        of_senders=senders_in_force(lambda _at: shipped()),
    )
    async with acceptance_on(db, judging=judging) as acceptance:
        yield Shop(db, acceptance, account, service)


async def say(shop: Shop, deed: Deed, scope: str = "brand", days_ago: int = 1) -> None:
    said = Said(deed, ANNA, scope, "web_form", now() - timedelta(days=days_ago), wording="I agree.")
    assert await take_in(shop.db, shop.account, [said], clock=system_clock) == 1


async def rules_of(shop: Shop, sent: Any) -> dict[str, dict[str, str]]:
    verdict = await shop.scalar("select verdict from messages where id = $1", sent.id)
    return {} if verdict is None else {one["rule"]: one["saw"] for one in verdict["applied"]}


async def test_by_default_marketing_without_consent_leaves_with_a_warning(db: Database) -> None:
    async with shop_that_chose(db, Chosen()) as shop:
        sent = await shop.send(priority=MARKETING, body=GOOD)
        assert (await shop.facts(sent))[-1] == ("queued", None)
        assert (await rules_of(shop, sent))["consent/US/marketing"] == {"consent": "none"}
        async with db.connection() as connection:
            path = await path_of(connection, shop.account, sent.id)
        assert path is not None
        assert "The gate lets it pass, with 1 warning." in [step.says for step in path.steps]
        await say(shop, Deed.GRANT, days_ago=2)
        told = (await rules_of(shop, await shop.send(priority=MARKETING, body=GOOD)))["consent/US/marketing"]
        assert (told["consent"], told["scope"]) == ("granted", "brand")
        assert await rules_of(shop, await shop.send(body=MUTE)) == {}, "a receipt needs none"
        await say(shop, Deed.REVOKE)
        ended = await shop.send(priority=MARKETING, body=GOOD)
        assert (await shop.facts(ended))[-1] == ("failed", {"code": 21610})
        assert (await rules_of(shop, ended))["consent/US/marketing"]["consent"] == "withdrawn"


async def test_where_consent_is_required_marketing_without_it_is_refused(db: Database) -> None:
    async with shop_that_chose(db, Chosen(consent=ConsentMode.REQUIRE)) as shop:
        failed = await shop.send(priority=MARKETING, body=GOOD)
        assert (await shop.facts(failed))[-1] == ("failed", {"code": 21610})
        direct = draft(account=shop.account, sender=BOSTON, recipient=ANNA, country="US", priority=MARKETING)
        refused = await shop.acceptance.accept(direct, now=now())
        assert isinstance(refused, Refused)
        assert refused.code.number == 21610
        assert await shop.scalar("select count(*) from queue") == 0
        due = now() + timedelta(hours=1)
        scheduled = await shop.send(priority=MARKETING, body=GOOD, send_at=due)
        await say(shop, Deed.GRANT)
        await come_due(shop, scheduled, due)
        assert (await shop.facts(scheduled))[-1] == ("queued", None), "what counts is consent when it leaves"


async def test_who_left_a_topic_hears_no_more_of_it_whatever_the_message_is(db: Database) -> None:
    async with shop_that_chose(db, Chosen()) as shop:
        await say(shop, Deed.REVOKE, "topic:parcels")
        ended = await shop.send(tags={"topic": "parcels"})
        assert (await shop.facts(ended))[-1] == ("failed", {"code": 21610})
        assert (await shop.facts(await shop.send(tags={"topic": "orders"})))[-1] == ("queued", None)
        assert (await shop.facts(await shop.send(priority=0, tags={"topic": "parcels"})))[-1] == (
            "queued",
            None,
        )


@pytest.mark.parametrize(
    ("lint", "is_warned", "is_refused"),
    [(Lint.OFF, False, False), (Lint.WARN, True, False), (Lint.REFUSE, False, True)],
)
async def test_findings_are_written_down_or_refuse_or_are_not_looked_for(
    db: Database, lint: Lint, is_warned: bool, is_refused: bool
) -> None:
    async with shop_that_chose(db, Chosen(lint=lint, consent=ConsentMode.OFF)) as shop:
        sent = await shop.send(priority=MARKETING, body="Shop: cannabis, 20% off. Reply STOP to opt out.")
        told = await rules_of(shop, sent)
        assert ("content/US/topic/cannabis" in told) is (is_warned or is_refused)
        assert ((await shop.facts(sent))[-1] == ("failed", {"code": 21618})) is is_refused
        assert await rules_of(shop, await shop.send(body="Your cannabis order is here.")) == {}


async def test_marketing_has_one_of_the_brands_that_the_account_named(db: Database) -> None:
    chosen = Chosen(lint=Lint.WARN, consent=ConsentMode.OFF, brands=["Acme", "Acme Shoes"])
    async with shop_that_chose(db, chosen) as shop:
        other = await rules_of(shop, await shop.send(priority=MARKETING, body=GOOD))
        assert "content/US/brand/missing" in other
        named = await shop.send(priority=MARKETING, body=GOOD.replace("Shop", "ACME"))
        assert await rules_of(shop, named) == {}


def test_what_leaves_through_a_service_with_brands_of_its_own_has_one_of_these() -> None:
    shoes, hats = UUID(int=1), UUID(int=2)
    chosen = Chosen(brands=["Acme"], service_brands={f"MG{shoes.hex}": ["Runners"]})
    kept = settings_from(chosen, version=1, changed_by="ops")
    decide = content_in_force(lambda _at: shipped())
    for service, name, is_missing in (
        (shoes, "Acme", True),
        (shoes, "Runners", False),
        (hats, "Acme", False),
        (hats, "Runners", True),
        (None, "Acme", False),
    ):
        body = GOOD.replace("Shop", name)
        sold = draft(service=service, priority=MARKETING, body=body, recipient=ANNA, country="US")
        told = rules_of_verdict(decide(question_of(sold, at=NOON, settings=kept)))
        assert ("content/US/brand/missing" in {one.rule.id for one in told}) is is_missing, (service, name)


async def test_a_sender_that_the_country_does_not_take_is_told_of_every_message(db: Database) -> None:
    ours = {"sender": "SHOP", "sender_kind": "alphanumeric", "recipient": ANNA, "country": "US"}
    async with shop_that_chose(db, Chosen(lint=Lint.REFUSE)) as shop:
        code = draft(account=shop.account, priority=0, intent="otp", **ours)
        refused = await shop.acceptance.accept(code, now=now())
        assert isinstance(refused, Refused)
        assert refused.code.number == 21606
        answer = draft(account=shop.account, direction="outbound-reply", **ours)
        assert not isinstance(await shop.acceptance.accept(answer, now=now()), Refused)


@pytest.mark.parametrize("lint", [Lint.WARN, Lint.REFUSE])
async def test_the_sender_that_a_service_chooses_is_looked_at_as_one_that_is_named(
    db: Database, lint: Lint
) -> None:
    santiago, pedro = "+56221234567", "+56961234567"
    async with shop_that_chose(db, Chosen(lint=lint, consent=ConsentMode.OFF)) as shop:
        service = await service_with(db, shop.account, [santiago])
        local = {"recipient": pedro, "country": "CL", "calling_code": "56", "service": service}
        due = now() + timedelta(hours=1)
        sold = await shop.send(priority=MARKETING, body=GOOD, **local)
        later = await shop.send(priority=MARKETING, body=GOOD, send_at=due, **local)
        await come_due(shop, later, due)
        refuses = lint is Lint.REFUSE
        for sent in (sold, later):
            assert (await shop.facts(sent))[-1] == (
                ("failed", {"code": 21606}) if refuses else ("queued", None)
            )
            assert "content/CL/sender/marketing" in await rules_of(shop, sent)
        assert await shop.scalar("select count(*) from queue") == (0 if refuses else 2)
        assert (await shop.facts(await shop.send(body=MUTE, **local)))[-1] == ("queued", None)


async def test_what_is_not_marketing_needs_nothing_that_is_not_at_hand(db: Database) -> None:
    account = await account_of(db)
    settings = GateSettingsOf(db, monotonic=lambda: 0.0)
    judging = Judging(
        [content_in_force(lambda _at: shipped())],
        settings,
        agreements=Agreements(db, laws=lambda _at: shipped().consent),
    )
    receipt = draft(
        account=account, sender=BOSTON, sender_kind="long_code", sender_country="US", country="US"
    )
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert judging.recall(receipt, now=at) is None
    await settings.find(account)
    assert judging.recall(receipt, now=at) == FREE
    law = datetime(2027, 2, 1, tzinfo=UTC)
    assert judging.recall(receipt, now=law) is None, "from then on one STOP ends receipts too"
    await judging.close()
