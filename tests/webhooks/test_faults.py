"""Slow and dead endpoints delay nobody else, and a killed process loses no callback."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import pytest
from tests.webhooks.conftest import Start, World
from tests.webhooks.endpoint import Endpoint

from tidings.runtime.database import Database
from tidings.webhooks.host import Limits

ROOT = Path(__file__).parents[2]


async def test_a_hanging_endpoint_delays_nobody_else(world: World, endpoint: Endpoint, start: Start) -> None:
    hanging = await Endpoint().listen()
    await start()
    for _ in range(60):
        await world.tell(f"{hanging.base}/hang#rt=15000")
        await world.tell(f"{endpoint.base}/ok")
    rows = await world.ended(60)
    assert {row["url"] for row in rows} == {f"{endpoint.base}/ok"}
    assert len(await world.pending()) == 60
    assert hanging.calls
    await hanging.close()


async def test_what_an_endpoint_has_no_room_for_waits_in_the_table(
    world: World, endpoint: Endpoint, start: Start
) -> None:
    """Two connections and a queue of five in memory; a hundred callbacks all arrive, each once."""
    message = await world.message(f"{endpoint.base}/ok")
    await world.happen(message, *["sent"] * 100)
    await start(limits=Limits(most_connections=2, most_opening=2, most_waiting=5))
    rows = await world.ended(100)
    assert {row["code"] for row in rows} == {None}
    assert len({call.token for call in endpoint.calls}) == len(endpoint.calls) == 100
    assert endpoint.connections <= 2


async def test_a_slow_endpoint_gets_each_callback_once(
    world: World, endpoint: Endpoint, start: Start
) -> None:
    await start()
    message = await world.message(f"{endpoint.base}/slow")
    for _ in range(4):
        await world.happen(message, *["sent"] * 10)
    rows = await world.ended(40)
    assert {(row["code"], row["attempts"]) for row in rows} == {(None, 1)}
    assert Counter(Counter(call.token for call in endpoint.calls).values()) == {1: 40}
    assert await world.pending() == []


async def test_two_processes_share_the_work_and_tell_each_fact_once(
    world: World, endpoint: Endpoint, start: Start
) -> None:
    await start()
    await start()
    for bucket in range(8):
        message = await world.message(f"{endpoint.base}/{'slow' if bucket % 2 else 'ok'}", bucket=bucket)
        await world.happen(message, *["sent"] * 10, bucket=bucket)
    await world.ended(80)
    assert len({call.token for call in endpoint.calls}) == len(endpoint.calls) == 80


@pytest.mark.slow
async def test_kill_9_at_any_time_loses_no_callback(world: World, db_url: str, endpoint: Endpoint) -> None:
    """Those in the air may come twice, under the same token; each ends in the log once."""
    random = Random(4)
    paths = ["/ok", "/slow", "/flaky#rc=5&rp=5xx"]
    told: set[tuple[str, str]] = set()
    process = await _start(db_url)
    for _ in range(6):
        for bucket in (1, 2, 3):
            for path in paths * 3:
                message = await world.message(endpoint.base + path, bucket=bucket)
                kinds = ["sent", "delivered"]
                await world.happen(message, *kinds, bucket=bucket)
                told |= {(f"SM{message.hex}", kind) for kind in kinds}
        await endpoint.heard(len(endpoint.calls) + random.randint(1, 20))
        await asyncio.sleep(random.uniform(0.0, 0.3))
        process.kill()
        await process.wait()
        process = await _start(db_url)
    rows = await world.ended(len(told), within=90)
    process.kill()
    await process.wait()
    heard = {(call.form["MessageSid"], call.form["MessageStatus"]) for call in endpoint.calls}
    assert heard == told
    assert len(rows) == len(told)
    assert {row["code"] for row in rows} == {None}
    tokens = defaultdict(set)
    for call in endpoint.calls:
        tokens[call.form["MessageSid"], call.form["MessageStatus"]].add(call.token)
    assert all(len(each) == 1 for each in tokens.values())
    assert len(endpoint.calls) > len(told) + 1  # the kills did hit callbacks in the air
    assert await world.pending() == []


async def test_a_page_that_does_not_commit_repeats_no_callback(
    world: World, endpoint: Endpoint, start: Start, db: Database
) -> None:
    """The log cannot be written at first: the cursor stays, and what was sent is remembered."""
    async with db.connection() as connection:
        await connection.execute("alter table webhook_log rename to webhook_log_away")
    await start()
    await world.tell(f"{endpoint.base}/ok")
    await endpoint.heard(1)
    async with db.connection() as connection:
        await connection.execute("alter table webhook_log_away rename to webhook_log")
    await world.ended(1)
    assert len(endpoint.calls) == 1


async def _start(db_url: str) -> asyncio.subprocess.Process:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.webhooks.teller", db_url, cwd=ROOT, env=environment
    )
