"""The log of callbacks, and telling them again, over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from tests.api_home import ApiHome, api_home
from tests.webhooks.conftest import Start, World
from tests.webhooks.endpoint import Endpoint

from tidings.accounts import Opened
from tidings.runtime.database import Database
from tidings.webhooks import api

PATH = "/tidings/v1/webhooks"


@pytest.fixture
async def home(db: Database) -> AsyncIterator[ApiHome]:
    async with api_home(db, routes=api.routes(db=db, clock=lambda: datetime.now(UTC))) as found:
        yield found


@pytest.fixture
async def shop(home: ApiHome, world: World) -> Opened:
    opened = await home.open_account()
    world.account = opened.account.id
    return opened


async def test_the_log_lists_how_each_callback_ended(
    home: ApiHome, shop: Opened, world: World, endpoint: Endpoint, start: Start
) -> None:
    await start()
    good = await world.tell(f"{endpoint.base}/ok", "sent")
    await world.ended(1)
    await world.tell(f"{endpoint.base}/status/500", "failed")
    await world.ended(2)
    listed = (await home.ask("GET", PATH, as_=shop)).body
    assert [(each["outcome"], each["code"], each["status"]) for each in listed["webhooks"]] == [
        ("failed", 11217, "failed"),
        ("delivered", None, "sent"),
    ]
    assert listed["next"] is None
    assert listed["webhooks"][1]["token"] == endpoint.calls[0].token
    for query, count in [
        (f"message=SM{good.hex}", 1),
        ("outcome=failed", 1),
        ("outcome=delivered", 1),
        ("status=sent", 1),
        ("status=read", 0),
        ("since=2999-01-01T00:00:00Z", 0),
        ("before=2000-01-01T00:00:00Z", 0),
    ]:
        assert len((await home.ask("GET", f"{PATH}?{query}", as_=shop)).body["webhooks"]) == count, query


async def test_the_list_goes_on_page_by_page(
    home: ApiHome, shop: Opened, world: World, endpoint: Endpoint, start: Start
) -> None:
    await start()
    for count in range(1, 4):
        await world.tell(f"{endpoint.base}/ok")
        await world.ended(count)
    path, seen = f"{PATH}?limit=1&outcome=delivered", []
    while path:
        page = (await home.ask("GET", path, as_=shop)).body
        seen += [each["id"] for each in page["webhooks"]]
        path = page["next"]
    assert len(seen) == len(set(seen)) == 3


async def test_another_account_sees_and_replays_nothing(
    home: ApiHome, shop: Opened, world: World, endpoint: Endpoint, start: Start
) -> None:
    await start()
    await world.tell(f"{endpoint.base}/status/500")
    await world.ended(1)
    id = (await home.ask("GET", PATH, as_=shop)).body["webhooks"][0]["id"]
    stranger = await home.open_account("Stranger")
    assert (await home.ask("GET", PATH, as_=stranger)).body["webhooks"] == []
    refused = await home.ask("POST", f"{PATH}/replay", as_=stranger, form={"id": id})
    assert (refused.status, refused.body["code"]) == (404, 20404)
    since = await home.ask("POST", f"{PATH}/replay", as_=stranger, form={"since": "2020-01-01T00:00:00Z"})
    assert since.body == {"replayed": 0, "gone": 0, "more": False}
    assert (await home.ask("GET", PATH)).status == 401


async def test_a_replay_tells_the_same_under_the_same_token(
    home: ApiHome, shop: Opened, world: World, endpoint: Endpoint, start: Start
) -> None:
    await start()
    await world.tell(f"{endpoint.base}/ok", "delivered", detail={"done_date": "2611240310"})
    await world.ended(1)
    id = (await home.ask("GET", PATH, as_=shop)).body["webhooks"][0]["id"]
    told = await home.ask("POST", f"{PATH}/replay", as_=shop, form={"id": id})
    assert told.body == {"replayed": 1, "gone": 0, "more": False}
    await world.ended(2)
    first, again = endpoint.calls
    assert (first.body, first.token) == (again.body, again.token)


async def test_all_that_failed_since_is_told_again_and_only_that(
    home: ApiHome, shop: Opened, world: World, endpoint: Endpoint, start: Start
) -> None:
    await start()
    await world.tell(f"{endpoint.base}/flaky")
    await world.ended(1)
    await world.tell(f"{endpoint.base}/ok")
    await world.ended(2)
    since = {"since": "2020-01-01T00:00:00Z"}
    assert (await home.ask("POST", f"{PATH}/replay", as_=shop, form=since)).body["replayed"] == 1
    rows = await world.ended(3)
    assert [row["code"] for row in rows] == [11217, None, None]
    assert len(endpoint.to("/flaky")) == 2
    assert (await home.ask("POST", f"{PATH}/replay", as_=shop, form=since)).body["replayed"] == 0


async def test_what_was_deleted_is_gone(
    home: ApiHome, shop: Opened, world: World, endpoint: Endpoint, start: Start, db: Database
) -> None:
    await start()
    await world.tell(f"{endpoint.base}/status/500")
    await world.ended(1)
    async with db.connection() as connection:
        await connection.execute("delete from messages")
    told = await home.ask("POST", f"{PATH}/replay", as_=shop, form={"since": "2020-01-01T00:00:00Z"})
    assert told.body == {"replayed": 0, "gone": 1, "more": False}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=x",
        "message=SM1",
        "outcome=lost",
        "status=sending",
        "since=then",
        "before=1",
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(home: ApiHome, shop: Opened, query: str) -> None:
    refused = await home.ask("GET", f"{PATH}?{query}", as_=shop)
    assert (refused.status, refused.body["code"]) == (400, 20422)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"id": "WH1", "since": "2020-01-01T00:00:00Z"}, 400),
        ({"since": "soon"}, 400),
        ({"id": "WH1"}, 404),
        ({"id": "WH" + "f" * 32}, 404),
        ({"id": "WH" + quote("é") * 5}, 404),
    ],
)
async def test_a_replay_that_makes_no_sense_is_refused(
    home: ApiHome, shop: Opened, form: dict[str, str], status: int
) -> None:
    assert (await home.ask("POST", f"{PATH}/replay", as_=shop, form=form)).status == status


async def test_the_frame_beside_it_still_answers(home: ApiHome, shop: Opened) -> None:
    assert (await home.ask("GET", "/tidings/v1/openapi.json")).status == 200
    assert (await home.ask("GET", f"{PATH}/nothing", as_=shop)).status == 404
