"""Wordings that an account spreads over many senders are found in what it sent, and it is told once."""

import json
import secrets
from datetime import timedelta

from tests.api_home import api_home, now
from tests.command import command
from tests.compliance.drift.test_watch import alerts, campaign_of
from tests.messages.stored import store_message

from tidings.compliance.snowshoe.watch import watch
from tidings.messages.read import recent_wordings
from tidings.runtime.database import Database
from tidings.senders.services import add_member
from tidings.senders.services.membership import NUMBERS

SHOPS = [f"+1415555{n:04d}" for n in range(100, 112)]
SALE = "Hello {}! Everything is {}% off at the shop around the corner. Reply STOP to end."
RULE = "snowshoe/senders"


async def test_a_wording_from_many_senders_is_told_once_a_day(db: Database, db_url: str) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        for sender in SHOPS:
            await home.give_sender(shop, sender)

        async def look(hours: int = 0) -> int:
            at = now() + timedelta(hours=hours)
            return await watch(db, recent=recent_wordings, now=at, entropy=secrets.token_bytes)

        async def send(sender: str, n: int) -> None:
            await store_message(db, shop.account.id, at=now(), body=SALE.format("Anna", n), sender=sender)

        for n, sender in enumerate(SHOPS[:10]):
            await send(sender, n)
        assert await look() == 0, "ten are not many"
        shown = (await home.ask("GET", "/tidings/v1/snowshoe", as_=shop)).body
        assert shown == {"texts": 10, "findings": []}
        await send(SHOPS[10], 3)
        assert (await look(), await look()) == (1, 0)
        (alert,) = await alerts(home, shop)
        assert (alert["error_code"], alert["resource_sid"]) == ("30007", shop.sid)
        assert "The same wording goes out from 11 senders" in alert["alert_text"]
        assert "Anna" not in alert["alert_text"], "no text of a person"
        shown = (await home.ask("GET", "/tidings/v1/snowshoe", as_=shop)).body
        assert (shown["texts"], [one["rule"] for one in shown["findings"]]) == (11, [RULE])
        assert await look(hours=25) == 0, "what was sent is older than a day by then"
        other = await home.open_account()
        assert (await home.ask("GET", "/tidings/v1/snowshoe", as_=other)).body["texts"] == 0

        environ = {"TIDINGS_DATABASE_URL": db_url}
        code, output, _ = await command("snowshoe", "--account", shop.sid, "--json", environ=environ)
        assert (code, json.loads(output)) == (5, shown)

        service, _ = await campaign_of(home, shop)
        async with db.transaction() as connection:
            second = await connection.fetchval("select id from senders where address = $1", SHOPS[1])
            await add_member(connection, shop.account.id, service, second, kinds=NUMBERS, now=now())
        shown = (await home.ask("GET", "/tidings/v1/snowshoe", as_=shop)).body
        assert shown["findings"] == [], "two senders of one campaign count as one"
