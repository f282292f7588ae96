"""A carrier's stock over HTTP: the simulator's, and servers that misbehave."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date

import pytest
from aiohttp import web
from tests.simulated_stock import simulated_stock

from tidings.carriers.stock import HttpStock
from tidings.runtime.http import HttpClient
from tidings.senders.stock import Line, StockUnavailable, Wanted

US_LOCAL = Wanted(country="US", line=Line.LOCAL, area_code="415")


async def test_what_is_ordered_is_gone_until_it_is_given_back() -> None:
    async with simulated_stock() as stock:
        assert len(await stock.search(US_LOCAL)) == 100
        first, again = await stock.order("+14155550100"), await stock.order("+14155550100")
        assert first == again
        assert first is not None
        assert (first.number, first.country, first.line) == ("+14155550100", "US", Line.LOCAL)
        assert len(await stock.search(US_LOCAL)) == 99
        for _ in range(2):
            await stock.give_back("+14155550100")
        assert len(await stock.search(US_LOCAL)) == 100
        assert await stock.order("+14155559999") is None


async def test_a_country_has_the_kinds_that_it_is_said_to_have() -> None:
    async with simulated_stock() as stock:
        for country, lines in (await stock.countries()).items():
            for line in Line:
                found = await stock.search(Wanted(country=country, line=line))
                assert bool(found) is (line in lines), (country, line)
                assert {(one.country, one.line) for one in found} <= {(country, line)}


async def test_a_days_deactivations_are_the_same_whenever_they_are_asked_for() -> None:
    async with simulated_stock() as stock:
        one, again = [await stock.deactivated(date(2026, 11, 20)) for _ in range(2)]
        other = await stock.deactivated(date(2026, 11, 21))
    assert one is not None
    assert one == again != other


@asynccontextmanager
async def answering(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[HttpStock]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    http = HttpClient(allow_private=True)
    port = runner.addresses[0][1]
    try:
        yield HttpStock(f"http://127.0.0.1:{port}/", http)
    finally:
        await http.close()
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b""), (200, b"{}"), (200, b"not JSON"), (200, b'[{"number": 1}]'), (302, b""), (401, b"[]")],
)
async def test_a_stock_that_cannot_be_understood_is_unavailable(status: int, body: bytes) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    async with answering(handler) as stock:
        with pytest.raises(StockUnavailable):
            await stock.search(US_LOCAL)
        with pytest.raises(StockUnavailable):
            await stock.countries()


async def test_a_stock_that_does_not_answer_is_unavailable() -> None:
    http = HttpClient(allow_private=True)
    try:
        with pytest.raises(StockUnavailable):
            await HttpStock("http://127.0.0.1:1", http).order("+14155550100")
    finally:
        await http.close()


async def test_the_carrier_of_a_number_and_what_it_can_do_come_with_the_order() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert (request.method, request.path) == ("PUT", "/stock/orders/+14155550100")
        return web.json_response(
            {"number": "+14155550100", "country": "US", "line": "local", "sms": False, "carrier": "acme"}
        )

    async with answering(handler) as stock:
        offer = await stock.order("+14155550100")
    assert offer is not None
    assert (offer.carrier, offer.sms, offer.mms) == ("acme", False, False)
