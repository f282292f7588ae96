"""On a person's first click a message follows: once to each person, under a cap, unless it is canceled first."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.api_home import now
from tests.links.brand import DESTINATION, PHONE, PREVIEW, Brand

from tidings.kernel.outcomes import Refused
from tidings.lanes.gauge import Gauges
from tidings.links.believe.judge import judge_new
from tidings.links.rules.fire import Send, Wish, fire
from tidings.messages.accept import Acceptance
from tidings.messages.follow_up import follow_ups
from tidings.senders.services import Services

RULES = "/tidings/v1/links/rules"
ANNA, BEN = "+14155550199", "+14155550198"


@asynccontextmanager
async def sending(brand: Brand) -> AsyncIterator[Send]:
    """What accepts follow-ups, as the work role has it."""
    db = brand.home.db
    services = Services(db, monotonic=time.monotonic, trust_seconds=0.0)
    gauges = Gauges(db, default_limit_seconds=36_000, clock=time.time)
    acceptance = Acceptance(db, gauges, services=services)
    yield follow_ups(db, accept=acceptance.accept, find_pool=services.find)
    await acceptance.close()


async def ruled(brand: Brand, **asked: Any) -> Any:
    rule = {"name": "thanks", "body": "Thank you for looking!"} | asked
    return await brand.home.ask("POST", RULES, as_=brand.shop, json=rule)


async def click(brand: Brand, to: str = ANNA, agent: str = PHONE, **form: str) -> None:
    """A person of that number gets a link and opens it."""
    [code] = await brand.codes_of(await brand.send(DESTINATION, To=to, **form))
    await brand.follow(f"/{code}", User_Agent=agent)
    await judge_new(brand.home.db, now=now())


async def fired(brand: Brand, send: Send, *, after: float = 0.0) -> int:
    def clock() -> datetime:
        return now() + timedelta(seconds=after)

    return await fire(brand.home.db, send, clock=clock)


async def texts_to(brand: Brand, to: str) -> list[str]:
    return [row["body"] for row in await brand.rows("messages") if row["recipient"] == to]


async def states(brand: Brand, rule: Any) -> list[str]:
    path = f"{RULES}/{rule.body['id']}/follow-ups"
    told = await brand.home.ask("GET", path, as_=brand.shop)
    return sorted(one["state"] for one in told.body["follow_ups"])


async def test_a_persons_first_click_sends_the_message_once_and_a_previews_none(brand: Brand) -> None:
    rule = await ruled(brand)
    assert rule.status == 201
    async with sending(brand) as send:
        await click(brand, ANNA, agent=PREVIEW)
        assert await fired(brand, send) == 0
        await click(brand, ANNA)
        await click(brand, ANNA)
        assert (await fired(brand, send), await fired(brand, send)) == (1, 0)
    assert (await texts_to(brand, ANNA)).count("Thank you for looking!") == 1
    [one] = (await brand.home.ask("GET", f"{RULES}/{rule.body['id']}/follow-ups", as_=brand.shop)).body[
        "follow_ups"
    ]
    assert (one["state"], one["recipient"]) == ("sent", ANNA)
    path = f"/2010-04-01/Accounts/{brand.shop.sid}/Messages/{one['sent']}.json"
    assert (await brand.home.ask("GET", path, as_=brand.shop)).body["messaging_service_sid"] == brand.service
    [shown] = (await brand.home.ask("GET", RULES, as_=brand.shop)).body["rules"]
    assert shown["fired"] == 1


async def test_it_waits_for_its_delay_and_counts_clicks_on_its_own_messages_alone(brand: Brand) -> None:
    await ruled(
        brand, delay_seconds=3600, tags={"campaign": "spring"}, shorten_urls=True, body=f"See {DESTINATION}"
    )
    async with sending(brand) as send:
        await click(brand, BEN)
        await click(brand, ANNA, Tags='{"campaign":"spring","variant":"a"}')
        assert await fired(brand, send) == 0
        assert await fired(brand, send, after=3601) == 1
    assert len(await texts_to(brand, BEN)) == 1
    assert (await texts_to(brand, ANNA))[-1].startswith("See https://go.example.com/")


async def test_a_cap_holds(brand: Brand) -> None:
    rule = await ruled(brand, cap=1)
    async with sending(brand) as send:
        await click(brand, ANNA)
        await click(brand, BEN)
        assert await fired(brand, send) == 2
    assert await states(brand, rule) == ["capped", "sent"]


async def test_what_is_canceled_is_not_sent(brand: Brand) -> None:
    rule = await ruled(brand)
    await click(brand, ANNA)
    await click(brand, BEN)
    [one, _] = (await brand.home.ask("GET", f"{RULES}/{rule.body['id']}/follow-ups", as_=brand.shop)).body[
        "follow_ups"
    ]
    ended = await brand.home.ask("DELETE", f"/tidings/v1/links/follow-ups/{one['id']}", as_=brand.shop)
    assert (ended.status, ended.body) == (200, {"state": "canceled"})
    async with sending(brand) as send:
        canceled = await brand.home.ask("DELETE", f"{RULES}/{rule.body['id']}", as_=brand.shop)
        assert canceled.body["date_canceled"] is not None
        assert await fired(brand, send) == 0
        assert await states(brand, rule) == ["canceled", "canceled"]


async def test_a_click_that_is_no_longer_taken_for_a_persons_sends_nothing(brand: Brand) -> None:
    rule = await ruled(brand)
    await click(brand, ANNA)
    async with brand.home.db.connection() as connection:
        await connection.execute("update link_counts set persons = 0, unsure = 1")
    async with sending(brand) as send:
        await fired(brand, send)
    assert await states(brand, rule) == ["doubted"]


async def test_what_may_not_be_sent_is_refused_with_its_reason_and_spends_no_cap(brand: Brand) -> None:
    rule = await ruled(brand, cap=1)
    await click(brand, ANNA)

    async def refuse(_wish: Wish) -> UUID | Refused:
        from tidings.kernel.codes import OPTED_OUT

        return Refused.because(OPTED_OUT)

    await fired(brand, refuse)
    [one] = (await brand.home.ask("GET", f"{RULES}/{rule.body['id']}/follow-ups", as_=brand.shop)).body[
        "follow_ups"
    ]
    assert (one["state"], one["reason"][:6]) == ("refused", "21610:")
    [shown] = (await brand.home.ask("GET", RULES, as_=brand.shop)).body["rules"]
    assert shown["fired"] == 0


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_crash_while_it_is_accepted_sends_it_once_all_the_same(brand: Brand, accepted: bool) -> None:
    """The process dies before it has written what became of it: with the message accepted, or not."""
    rule = await ruled(brand)
    await click(brand, ANNA)

    class Died(Exception):  # noqa: N818 - it names what happened
        pass

    async with sending(brand) as send:

        async def die(wish: Wish) -> UUID | Refused:
            if accepted:
                await send(wish)
            raise Died

        with pytest.raises(Died):
            await fired(brand, die)
        assert await states(brand, rule) == ["sending"]
        assert await fired(brand, send, after=1) == 0
        assert await fired(brand, send, after=40) == 1
    assert await states(brand, rule) == ["sent"]
    assert (await texts_to(brand, ANNA)).count("Thank you for looking!") == 1
    [shown] = (await brand.home.ask("GET", RULES, as_=brand.shop)).body["rules"]
    assert shown["fired"] == 1


async def test_a_wrong_rule_is_refused_by_its_fields(brand: Brand) -> None:
    refused = await ruled(brand, body="", cap=0, delay_seconds=-1, intent="otp", service="MG1")
    assert refused.status == 400
    for field in ("body", "cap", "delay_seconds", "intent", "service"):
        assert f"{field}: " in refused.body["message"]
    other = await brand.home.open_account("Other")
    assert (
        await brand.home.ask(
            "POST", RULES, as_=other, json={"name": "x", "body": "y", "service": brand.service}
        )
    ).status == 400
    rule = await ruled(brand)
    assert (await brand.home.ask("DELETE", f"{RULES}/{rule.body['id']}", as_=other)).status == 404
    assert (await brand.home.ask("GET", f"{RULES}/{rule.body['id']}/follow-ups", as_=other)).status == 404
