"""`tidings webhooks`, as an operator runs it."""

import json
from pathlib import Path
from typing import Any

from tests.command import command
from tests.webhooks.conftest import Start, World
from tests.webhooks.endpoint import Endpoint

ROOT = Path(__file__).parents[2]


async def tidings(world: World, db_url: str, *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command about the world's account."""
    environ = {"TIDINGS_DATABASE_URL": db_url}
    return await command("webhooks", *words, "--account", f"AC{world.account.hex}", environ=environ)


async def listed(world: World, db_url: str, *words: str) -> list[Any]:
    code, output, errors = await tidings(world, db_url, "list", "--json", *words)
    assert code == 0, errors
    found = json.loads(output)
    assert isinstance(found, list)
    return found


async def test_the_log_is_listed_and_told_again(
    world: World, db_url: str, endpoint: Endpoint, start: Start
) -> None:
    await start()
    good = await world.tell(f"{endpoint.base}/ok")
    await world.ended(1)
    await world.tell(f"{endpoint.base}/flaky")
    await world.ended(2)
    assert [each["outcome"] for each in await listed(world, db_url)] == ["failed", "delivered"]
    assert len(await listed(world, db_url, "--failed", "--since", "1h")) == 1
    (first,) = await listed(world, db_url, "--message", f"SM{good.hex}")
    code, output, _ = await tidings(world, db_url, "list")
    assert code == 0
    assert "failed with 11217" in output

    code, output, _ = await tidings(world, db_url, "replay", "--failed-since", "1h", "--json")
    assert (code, json.loads(output)) == (0, {"replayed": 1, "gone": 0})
    await world.ended(3)
    code, output, _ = await tidings(world, db_url, "replay", first["id"])
    assert (code, output) == (0, "To be sent again: 1.\n")
    rows = await world.ended(4)
    assert [row["code"] for row in rows] == [None, 11217, None, None]


async def test_wrong_use_says_what_to_write(world: World, db_url: str) -> None:
    for words, remedy in [
        (("replay",), "--failed-since"),
        (("replay", "--failed-since", "soon"), "6h"),
        (("list", "--message", "SM1"), "34 characters"),
        (("list", "--status", "lost"), "delivered"),
    ]:
        code, output, errors = await tidings(world, db_url, *words)
        assert (code, output) == (2, ""), errors
        assert remedy in errors
    code, _, errors = await tidings(world, db_url, "replay", "WH" + "0" * 32)
    assert code == 4
    assert "no callback" in errors
