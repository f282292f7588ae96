"""What was looked up is believed for a while; what is new works at once."""

import asyncio

from tidings.runtime.remembered import Remembered


class Shelf:
    """Something to look things up in, and how often it was asked."""

    def __init__(self, *, trust_seconds: float = 5.0, most: int = 100) -> None:
        self.now = 0.0
        self.things: dict[str, str] = {}
        self.asked = 0
        self.remembered = Remembered[str, str](
            monotonic=lambda: self.now, trust_seconds=trust_seconds, most=most
        )

    async def read(self, key: str) -> str | None:
        self.asked += 1
        await asyncio.sleep(0)
        return self.things.get(key)

    async def find(self, key: str) -> str | None:
        return await self.remembered.find(key, lambda: self.read(key))


async def test_it_is_looked_up_once_and_again_when_the_trust_is_over() -> None:
    shelf = Shelf()
    shelf.things["a"] = "old"
    assert [await shelf.find("a") for _ in range(3)] == ["old"] * 3
    shelf.things["a"] = "new"
    shelf.now = 4.9
    assert (shelf.remembered.recall("a"), await shelf.find("a")) == ("old", "old")
    shelf.now = 5.0
    assert (shelf.remembered.recall("a"), await shelf.find("a"), shelf.asked) == (None, "new", 2)


async def test_what_is_not_there_is_not_remembered() -> None:
    shelf = Shelf()
    assert await shelf.find("a") is None
    shelf.things["a"] = "here"
    assert await shelf.find("a") == "here"
    del shelf.things["a"]
    shelf.now = 9.0
    assert (await shelf.find("a"), shelf.remembered.recall("a")) == (None, None)


async def test_those_who_ask_at_the_same_moment_share_one_reading() -> None:
    shelf = Shelf()
    shelf.things["a"] = "here"
    assert await asyncio.gather(*(shelf.find("a") for _ in range(50))) == ["here"] * 50
    assert shelf.asked == 1


async def test_it_never_holds_more_than_it_may() -> None:
    shelf = Shelf(most=2)
    shelf.things |= {"a": "1", "b": "2", "c": "3"}
    for key in "abc":
        await shelf.find(key)
    assert [shelf.remembered.recall(key) for key in "abc"] == [None, None, "3"]
