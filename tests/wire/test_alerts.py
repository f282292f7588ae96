"""Twilio's own package reads alerts."""

import asyncio
import secrets
from datetime import timedelta

from tests.api_home import api_home, now
from twilio.rest import Client

from tidings.monitor import Alert, Exchange, raise_alerts
from tidings.runtime.database import Database

MESSAGE = "SM" + 32 * "1"


async def test_alerts_are_listed_filtered_paged_and_fetched(db: Database) -> None:
    async with api_home(db) as home:
        shop = await home.open_account()
        exchange = Exchange("POST", "https://shop.example/sms", variables="From=1", body="<Respons")
        async with db.transaction() as connection:
            for code in (11200, 12100, 12200):
                alerts = [Alert(shop.account.id, code, MESSAGE, exchange=exchange)]
                await raise_alerts(connection, alerts, now=now(), entropy=secrets.token_bytes)
        client = Client(shop.sid, shop.auth_token)
        client.monitor.base_url = f"{home.base_url}/monitor"
        listed = await asyncio.to_thread(lambda: client.monitor.v1.alerts.list(page_size=1, limit=10))
        assert {one.error_code for one in listed} == {"11200", "12100", "12200"}
        warnings = await asyncio.to_thread(lambda: client.monitor.v1.alerts.list(log_level="warning"))
        assert [one.error_code for one in warnings] == ["12200"]
        since = now() - timedelta(hours=1)
        lately = await asyncio.to_thread(
            lambda: client.monitor.v1.alerts.list(start_date=since, end_date=now() + timedelta(hours=1))
        )
        assert len(lately) == 3
        assert await asyncio.to_thread(lambda: client.monitor.v1.alerts.list(end_date=since)) == []
        parse_failure = next(one for one in listed if one.error_code == "12100")
        fetched = await asyncio.to_thread(lambda: client.monitor.v1.alerts(parse_failure.sid).fetch())
        assert (fetched.resource_sid, fetched.request_url) == (MESSAGE, "https://shop.example/sms")
        assert (fetched.response_body, fetched.request_variables) == ("<Respons", "From=1")
        assert fetched.date_created is not None
        assert fetched.date_created.tzinfo is not None
