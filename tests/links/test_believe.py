"""Clicks are judged and counted: each once, whoever judges, and again when the rule changes."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.api_home import now
from tests.links.brand import DESTINATION, PHONE, PREVIEW, Brand

from tidings.kernel.sid import lowest_at
from tidings.links.believe.arrivals import begin, count_arrivals
from tidings.links.believe.count import forget_counts
from tidings.links.believe.judge import judge_again, judge_new
from tidings.links.facts import CLICKED


async def delivered(brand: Brand, body: str = DESTINATION, **form: str) -> Any:
    """A message that was sent a minute ago and arrived at once."""
    sent = await brand.send(body, **form)
    await brand.happened("message.sent", sent, now() - timedelta(seconds=60))
    await brand.happened("message.delivered", sent, now() - timedelta(seconds=59))
    return sent


async def test_a_persons_click_is_told_from_a_previews_with_the_reason(brand: Brand) -> None:
    sent = await delivered(brand, f"One {DESTINATION} two https://shop.example/2")
    first, second = await brand.codes_of(sent)
    await brand.follow(f"/{first}", User_Agent=PREVIEW)
    await brand.follow(f"/{first}", User_Agent=PHONE)
    await brand.follow(f"/{first}", User_Agent=PHONE)
    await brand.follow(f"/{second}", User_Agent=PHONE, method="HEAD")
    judged, facts = await judge_new(brand.home.db, now=now())
    assert (judged, await judge_new(brand.home.db, now=now())) == (4, (0, []))

    seen = await brand.ask(f"/messages/{sent.body['sid']}")
    assert (seen["unique"], seen["total"]) == (1, 2)
    counts = {link["code"]: (link["persons"], link["machines"], link["unsure"]) for link in seen["links"]}
    assert counts == {first: (2, 1, 0), second: (0, 1, 0)}
    told = [(click["verdict"], click["reason"]) for click in reversed(seen["clicks"])]
    assert told == [("machine", "preview_agent"), *[("person", "browser")] * 2, ("machine", "method")]
    assert all(59_000 <= click["since_receipt_ms"] < 90_000 for click in seen["clicks"])
    assert [fact.detail and fact.detail["first"] for fact in facts].count(True) == 1
    assert len([row for row in await brand.rows("facts") if row["kind"] == CLICKED]) == 4


async def test_rates_are_clicks_against_arrivals_by_whatever_messages_are_tagged_with(brand: Brand) -> None:
    await begin(brand.home.db)
    for to, variant, clicked in (
        ("+14155550199", "a", True),
        ("+14155550198", "a", False),
        ("+447400123456", "b", True),
    ):
        sent = await delivered(brand, To=to, Tags=f'{{"campaign":"spring","variant":"{variant}"}}')
        if clicked:
            [code] = await brand.codes_of(sent)
            await brand.follow(f"/{code}", User_Agent=PHONE)
    await brand.send("No link at all")
    await judge_new(brand.home.db, now=now())
    assert await count_arrivals(brand.home.db) == 3
    assert await count_arrivals(brand.home.db) == 0

    by = {
        name: (await brand.ask("/rates", by=name))["rates"]
        for name in ("variant", "country", "service", "day")
    }
    assert [(one["slice"], one["delivered"], one["clicked"], one["rate"]) for one in by["variant"]] == [
        ("a", 2, 1, 0.5),
        ("b", 1, 1, 1.0),
    ]
    assert {one["slice"]: one["delivered"] for one in by["country"]} == {"US": 2, "GB": 1}
    assert [(one["slice"], one["delivered"], one["clicked"]) for one in by["service"]] == [
        (brand.service, 3, 2)
    ]
    assert sum(one["delivered"] for one in by["day"]) == 3
    assert (await brand.ask("/rates", by="campaign", campaign="autumn"))["rates"] == []
    assert (await brand.ask("/rates", by="weather"))["code"] == 20422


async def test_a_message_that_a_person_followed_has_arrived_whatever_receipts_say(brand: Brand) -> None:
    [code] = await brand.codes_of(await brand.send(DESTINATION))
    await brand.follow(f"/{code}", User_Agent=PHONE)
    await judge_new(brand.home.db, now=now())
    [rate] = (await brand.ask("/rates", by="service"))["rates"]
    assert (rate["delivered"], rate["clicked"], rate["rate"]) == (1, 1, 1.0)


async def test_clicks_at_once_are_counted_once_by_however_many_judges(brand: Brand) -> None:
    [code] = await brand.codes_of(await delivered(brand))
    await asyncio.gather(*(brand.follow(f"/{code}?{n}", User_Agent=PHONE) for n in range(20)))
    rounds = await asyncio.gather(*(judge_new(brand.home.db, now=now()) for _ in range(4)))
    judged = sum(count for count, _ in rounds)
    judged += (await judge_new(brand.home.db, now=now()))[0]
    assert judged == 20
    [count] = await brand.rows("link_counts")
    assert (count["persons"], count["machines"], count["unsure"]) == (20, 0, 0)


async def test_a_new_version_of_the_rule_restates_what_was_said_and_counted(brand: Brand) -> None:
    [code] = await brand.codes_of(await delivered(brand))
    await brand.follow(f"/{code}", User_Agent=PHONE)
    await judge_new(brand.home.db, now=now())
    async with brand.home.db.connection() as connection:  # as an older version might have had it
        await connection.execute(
            "update click_verdicts set version = 0, verdict = 'machine', reason = 'tool_agent'"
        )
        await connection.execute("update link_counts set persons = 0, machines = 1")
        await connection.execute(
            "update link_rates set clicked = 0, followed = 0, delivered = 0, persons = 0, machines = 1"
        )
    assert await judge_again(brand.home.db, now=now()) == 1
    assert await judge_again(brand.home.db, now=now()) == 0
    [verdict] = await brand.rows("click_verdicts")
    assert (verdict["verdict"], verdict["reason"], verdict["version"]) == ("person", "browser", 1)
    [rate] = await brand.rows("link_rates")
    assert (rate["clicked"], rate["persons"], rate["machines"]) == (1, 1, 0)
    assert len([row for row in await brand.rows("facts") if row["kind"] == CLICKED]) == 1


async def test_counts_of_single_messages_are_forgotten_and_rates_stay(brand: Brand) -> None:
    [code] = await brand.codes_of(await delivered(brand))
    await brand.follow(f"/{code}", User_Agent=PHONE)
    await judge_new(brand.home.db, now=now())
    async with brand.home.db.connection() as connection:
        await forget_counts(connection, lowest_at(now() + timedelta(seconds=1)))
    assert not await brand.rows("link_messages")
    assert not await brand.rows("link_counts")
    assert len(await brand.rows("link_rates")) == 1


async def test_nobody_sees_the_clicks_of_others(brand: Brand) -> None:
    sent = await delivered(brand)
    other = await brand.home.open_account("Other")
    path = f"/tidings/v1/links/messages/{sent.body['sid']}"
    assert (await brand.home.ask("GET", path, as_=other)).status == 404
    assert (await brand.home.ask("GET", path)).status == 401
