"""`/tidings/v1/advisories`: an account hears of changes that touch it, and says who is told."""

from datetime import timedelta

from tests.compliance.advisories.test_advisories import KIM, put_to_use, schedule
from tests.compliance.conftest import SHOP, Shop, open_shop

PATH = "/tidings/v1/advisories"


async def test_changes_are_told_with_what_they_touch(shop: Shop) -> None:
    await schedule(shop, "+12145550123", after=timedelta(days=3))
    await put_to_use(shop)
    other = await open_shop(shop.home, "+14155550101")
    (told,) = (await shop.ask("GET", PATH)).body["advisories"]
    assert (told["change"]["place"], told["change"]["becomes"]["closes"]) == ("US-TX", "19:30 | 21:00")
    assert (told["touches"]["services"], told["touches"]["scheduled_messages"]) == ([shop.service], 1)
    assert (await other.ask("GET", PATH)).body["advisories"] == []
    assert len((await other.ask("GET", f"{PATH}?all=true")).body["advisories"]) >= 1
    assert (await shop.ask("GET", f"{PATH}?pack=ours")).body["advisories"] == [], "it is meant for January"
    (as_if,) = (await shop.ask("GET", f"{PATH}?pack=ours&all=true")).body["advisories"]
    assert (as_if["change"], as_if["touches"]["scheduled_messages"]) == (told["change"], 0)
    assert (await shop.ask("GET", f"{PATH}?pack=nothing")).status == 404
    assert SHOP not in told["touches"]["senders"], "none is chosen yet"


async def test_subscribers_are_added_and_removed(shop: Shop) -> None:
    path = f"{PATH}/subscribers"
    assert (await shop.ask("POST", path, json={"address": KIM})).body == {"subscribers": [KIM]}
    assert (await shop.ask("GET", path)).body == {"subscribers": [KIM]}
    refused = await shop.ask("POST", path, json={"address": "kim"})
    assert (refused.status, refused.body["code"]) == (400, 20422)
    assert [(await shop.ask("DELETE", f"{path}/{KIM}")).status for _ in range(2)] == [204, 404]
