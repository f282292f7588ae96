"""Ordering a number: whoever wants it, one gets it, and what fails leaves nothing behind."""

import asyncio
from datetime import date
from uuid import UUID

import pytest
from tests.api_home import api_home
from tests.simulated_stock import simulated_stock

from tidings.runtime.database import Database
from tidings.senders.stock import NoStock, Offer, StockUnavailable


class Gone(NoStock):
    """A stock whose carrier does not answer."""

    async def order(self, number: str) -> Offer | None:
        raise StockUnavailable("no answer")

    async def give_back(self, number: str) -> None:
        raise StockUnavailable("no answer")

    async def deactivated(self, day: date) -> list[str] | None:
        raise StockUnavailable("no answer")


def path(sid: str, rest: str = "") -> str:
    return f"/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers{rest}.json"


async def test_of_accounts_that_want_the_same_number_at_once_one_gets_it(db: Database) -> None:
    async with simulated_stock() as stock, api_home(db, stock=stock) as home:
        shops = [await home.open_account(str(number)) for number in range(6)]
        replies = await asyncio.gather(
            *(
                home.ask("POST", path(shop.sid), as_=shop, form={"PhoneNumber": "+14155550100"})
                for shop in shops
            )
        )
        assert sorted(reply.status for reply in replies) == [201, 400, 400, 400, 400, 400]
        assert {reply.body["code"] for reply in replies if reply.status == 400} == {21422}


async def test_a_stock_that_does_not_answer_changes_nothing(db: Database) -> None:
    async with api_home(db, stock=Gone()) as home:
        shop = await home.open_account()
        reply = await home.ask("POST", path(shop.sid), as_=shop, form={"PhoneNumber": "+14155550100"})
        assert (reply.status, reply.body["code"]) == (503, 20503)
        assert reply.headers["Retry-After"] == "5"
        assert (await home.ask("GET", path(shop.sid), as_=shop)).body["incoming_phone_numbers"] == []


async def test_a_number_stays_the_accounts_while_the_stock_cannot_take_it_back(db: Database) -> None:
    async with simulated_stock() as stock, api_home(db, stock=stock) as home:
        shop = await home.open_account()
        made = await home.ask("POST", path(shop.sid), as_=shop, form={"PhoneNumber": "+14155550100"})
    async with api_home(db, stock=Gone()) as home:
        one = path(shop.sid, f"/{made.body['sid']}")
        assert (await home.ask("DELETE", one, as_=shop)).status == 503
        assert (await home.ask("GET", one, as_=shop)).status == 200


@pytest.mark.parametrize("fault", [{"SmsUrl": "x"}, {"PhoneNumber": "+14155559999"}])
async def test_what_is_refused_is_neither_ordered_nor_owned(db: Database, fault: dict[str, str]) -> None:
    async with simulated_stock() as stock, api_home(db, stock=stock) as home:
        shop = await home.open_account()
        form = {"PhoneNumber": "+14155550100"} | fault
        assert (await home.ask("POST", path(shop.sid), as_=shop, form=form)).status == 400
        async with db.connection() as connection:
            assert await connection.fetchval("select count(*) from senders") == 0
        again = await home.ask("POST", path(shop.sid), as_=shop, form={"PhoneNumber": "+14155550100"})
        assert again.status == 201
        assert UUID(again.body["sid"][2:])
