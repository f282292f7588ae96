"""The plan of receiving while many messages from people are in doubt: one probe of the key for each."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from tests.plans.test_hot_statements import reads_whole, rows_read

from tidings.kernel.sid import mint
from tidings.messages.receive import SQL
from tidings.runtime.database import Connection, Database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DOUBTS = 200_000
BATCH = 200
FILL = """
insert into inbound_doubts (message, carrier, likeness, session, at)
select gen_random_uuid(), 'c', decode(md5(n::text), 'hex'), $1, now() from generate_series(1, $2) n
"""


def columns(likenesses: list[bytes]) -> list[list[Any]]:
    """A batch of which every second message is like one that is in doubt."""
    count, now, session = len(likenesses), datetime.now(UTC), uuid4()
    ids = [mint(now, n.to_bytes(10, "big"), 4) for n in range(count)]
    return [
        [4] * count,
        ids,
        [uuid4()] * count,
        [f"+1415{n:07d}" for n in range(count)],
        ["+14155550100"] * count,
        ["YES"] * count,
        [False] * count,
        [1] * count,
        [None] * count,
        ["c"] * count,
        [None] * count,
        [now] * count,
        likenesses,
        [session] * count,
        [now] * count,
    ]


async def plan(connection: Connection, batch: list[list[Any]]) -> dict[str, Any]:
    transaction = connection.transaction()
    await transaction.start()
    text = await connection.fetchval(
        f"explain (analyze, buffers, format json) {SQL['receive'].sql}", datetime.now(UTC), *batch
    )
    await transaction.rollback()
    root: dict[str, Any] = json.loads(text)[0]["Plan"]
    return root


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_what_is_in_doubt_is_found_by_its_key(db: Database, mode: str) -> None:
    async with db.connection() as connection:
        await connection.execute(FILL, uuid4(), DOUBTS)
        await connection.execute("vacuum analyze inbound_doubts")
        await connection.execute(f"set plan_cache_mode = {mode}")
        known = [
            row[0]
            for row in await connection.fetch("select likeness from inbound_doubts limit $1", BATCH // 2)
        ]
        root = await plan(connection, columns([*known, *(n.to_bytes(16, "big") for n in range(BATCH // 2))]))
    assert not reads_whole(root, "inbound_doubts")
    assert rows_read(root, "inbound_doubts") <= 3 * BATCH
