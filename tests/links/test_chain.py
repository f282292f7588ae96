"""Where URLs lead: every hop is judged, and the end must answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tidings.links.chain import MOST_HOPS, chain_of
from tidings.runtime.http import HttpClient

SITES = ("shop.example", "short.example")


class ToThisSite(HttpClient):
    """The client of the product, but every name of the test leads to the test's own web site."""

    port = 0

    async def send(self, method: str, url: str, **more: object) -> object:  # type: ignore[override]
        for site in SITES:
            url = url.replace(f"http://{site}", f"http://127.0.0.1:{self.port}/{site}")
        return await super().send(method, url, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def site(leads: dict[str, str], statuses: dict[str, int]) -> AsyncIterator[HttpClient]:
    async def answer(request: web.Request) -> web.Response:
        place = request.path.removeprefix("/")
        if place in leads:
            return web.Response(status=302, headers={"Location": leads[place]})
        return web.Response(status=statuses.get(place, 200))

    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    http = ToThisSite(allow_private=True)
    http.port = runner.addresses[0][1]
    try:
        yield http
    finally:
        await http.close()
        await runner.cleanup()


@pytest.mark.parametrize(
    ("place", "hops", "fault"),
    [
        ("page", 1, None),
        ("moved", 3, None),
        ("gone", 1, "answers 404"),
        ("careful", 1, None),
        ("inward", 2, "leads to no public host"),
        ("deceiving", 2, "has a user name before its host"),
        ("to-blocked", 2, "is blocked by the operator"),
        ("circle", 3, "leads back to where it came from"),
        ("far/0", MOST_HOPS + 1, f"is behind more than {MOST_HOPS} redirects"),
    ],
)
async def test_a_url_is_followed_to_its_end_and_every_hop_is_judged(
    place: str, hops: int, fault: str | None
) -> None:
    leads = {
        "moved": "http://short.example/a",
        "inward": "http://169.254.169.254/latest",
        "deceiving": "http://shop.example@evil.example/",
        "to-blocked": "http://www.evil.example/",
        "circle": "/back",
        "back": "/circle",
        **{f"far/{n}": f"/far/{n + 1}" for n in range(20)},
    }
    leads = {f"shop.example/{name}": target for name, target in leads.items()}
    leads["short.example/a"] = "http://shop.example/page"
    statuses = {"shop.example/gone": 404, "shop.example/careful": 403}
    async with site(leads, statuses) as http:
        chain = await chain_of(f"http://shop.example/{place}", http=http, blocked={"evil.example"})
    assert (len(chain), chain[-1].fault) == (hops, fault)
    assert all(hop.fault is None for hop in chain[:-1])


async def test_a_host_that_does_not_answer_is_told() -> None:
    http = HttpClient(allow_private=True)
    [hop] = await chain_of("https://nobody.invalid/", http=http)
    await http.close()
    assert hop.fault == "name not found"
