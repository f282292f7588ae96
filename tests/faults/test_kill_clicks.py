"""kill -9 in mid-click: whoever was sent on has their click kept, once, and counted, once; and nobody is sent
elsewhere."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

import aiohttp
import asyncpg
import pytest
from tests.api_home import basic
from tests.faults.town import Town
from tests.faults.town import town as build

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

DESTINATION = "https://shop.example/spring"


async def test_no_click_is_lost_or_doubled_by_a_process_that_dies(roomy_folder: Path) -> None:
    async with build(roomy_folder) as town:
        await town.up()
        url = await _short_link(town)
        chance, answered, ended = Random("clicks"), set[str](), asyncio.Event()

        async def follow(person: int) -> None:
            """One request after another, each with an agent of its own; what is not answered is let go."""
            for n in range(100_000):
                if ended.is_set():
                    return
                agent = f"Mozilla/5.0 (iPhone; Mobile) {person}.{n}"
                try:
                    async with town.session.get(
                        url, headers={"User-Agent": agent}, allow_redirects=False
                    ) as answer:
                        if answer.status == 302:
                            assert answer.headers["Location"] == DESTINATION
                            answered.add(agent)
                except (aiohttp.ClientError, OSError):
                    await asyncio.sleep(0.02)

        async with asyncio.TaskGroup() as crew:
            for person in range(6):
                crew.create_task(follow(person))
            for role in ("web", "work", "postgres", "web"):
                await asyncio.sleep(chance.uniform(0.4, 0.9))
                town.kill(role)
            known = len(answered)
            async with asyncio.timeout(60):
                while len(answered) < known + 50:
                    await asyncio.sleep(0.05)
            ended.set()

        connection = await asyncpg.connect(town.ready["database_url"])
        try:
            async with asyncio.timeout(60):
                while await connection.fetchval("select count(*) from clicks_new"):
                    await asyncio.sleep(0.1)
            kept = Counter(row["agent"] for row in await connection.fetch("select agent from clicks"))
            assert not [agent for agent in answered if kept[agent] != 1]
            assert set(kept.values()) == {1}
            counted = await connection.fetchval("select sum(persons + machines + unsure) from link_counts")
            told = await connection.fetchval("select count(*) from facts where kind = 'link.clicked'")
            assert (counted, told) == (len(kept), len(kept))
        finally:
            await connection.close()


async def _short_link(town: Town) -> str:
    base, account = town.ready["base_url"], town.ready["account_sid"]
    headers = {"Authorization": basic(account, town.ready["auth_token"])}
    async with town.session.get(f"{base}/messaging/v1/Services", headers=headers) as answer:
        [service] = [
            one["sid"] for one in (await answer.json())["services"] if one["friendly_name"] == "Demo"
        ]
    form = {"To": "+14155550123", "MessagingServiceSid": service, "Body": DESTINATION, "ShortenUrls": "true"}
    messages = f"{base}/2010-04-01/Accounts/{account}/Messages"
    async with town.session.post(f"{messages}.json", data=form, headers=headers) as answer:
        sid = (await answer.json())["sid"]
    async with town.session.get(f"{messages}/{sid}.json", headers=headers) as answer:
        text: str = (await answer.json())["body"]
    return text
