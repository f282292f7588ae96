"""The plans of the dispatcher's statements over a million tickets in one lane, and over ten thousand lanes.

The planner must never be led into reading a whole table because a lane is deep (docs/decisions/0002).
"""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from tidings.messages import bucket as bucket_module
from tidings.messages.dispatch import DISPATCH_SETTINGS
from tidings.runtime.database import Connection, Database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

BUCKET = 7
DEEP_LANE = 7
ACCOUNT = uuid4()

MIDNIGHT_HEX = "lpad(to_hex((extract(epoch from date_trunc('day', now())) * 1000)::bigint), 12, '0')"
ID_OF_N = f"({MIDNIGHT_HEX} || substr(md5(n::text), 1, 20))::uuid"
FILL_QUEUE = f"""
insert into queue (bucket, lane, priority, turn, id, segments, expires_at)
select $1, 7 + 64 * (n % $3), 1, n, {ID_OF_N}, 1, now() + interval '10 hours' from generate_series(1, $2) n
"""
FILL_MESSAGES = f"""
insert into messages
    (id, bucket, account, direction, sender, recipient, body, ucs2, segments, priority, lane, flow, resend, created_at)
select {ID_OF_N}, $1, $3, 'outbound-api', '55501', '+31612345678', 'body', false, 1, 1, 7, 0, true, now()
from generate_series(1, $2) n
"""


@pytest.fixture
async def dispatch_db(db_url: str) -> AsyncIterator[Database]:
    """A pool as the dispatcher opens it, with the planner pinned."""
    database = await Database.connect(db_url, application_name="test", settings=DISPATCH_SETTINGS)
    yield database
    await database.close()


async def plan(connection: Connection, name: str, *values: Any) -> dict[str, Any]:
    """The generic plan of a statement, executed in a transaction that is rolled back."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        text = await connection.fetchval(
            f"explain (analyze, buffers, format json) {bucket_module.SQL[name].sql}", *values
        )
    finally:
        await transaction.rollback()
    root: dict[str, Any] = json.loads(text)[0]["Plan"]
    return root


def nodes(root: dict[str, Any]) -> list[dict[str, Any]]:
    found = [root]
    for child in root.get("Plans", []):
        found += nodes(child)
    return found


def reads_whole(root: dict[str, Any], table: str) -> list[str]:
    """The nodes that scan a table from end to end."""
    return [
        node["Node Type"]
        for node in nodes(root)
        if node["Node Type"] == "Seq Scan" and str(node.get("Relation Name", "")).startswith(table)
    ]


def rows_read(root: dict[str, Any], table: str) -> int:
    """Rows that scans of a table gave or threw away. PostgreSQL rounds the mean of a node's loops."""
    return sum(
        int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in nodes(root)
        if node["Node Type"].endswith("Scan") and str(node.get("Relation Name", "")).startswith(table)
    )


async def claim_values(connection: Connection, count: int) -> list[Any]:
    heads = await connection.fetch(
        "select lane, priority, turn, id from queue where bucket = $1 order by turn, id limit $2",
        BUCKET,
        count,
    )
    epoch = await connection.fetchval("select epoch from bucket_leases where bucket = $1", BUCKET)
    now = await connection.fetchval("select now()")
    lanes = sorted({row["lane"] for row in heads})
    columns = [[row[key] for row in heads] for key in ("lane", "priority", "turn", "id")]
    spent: list[Any] = [lanes, [0.0] * len(lanes), [0] * len(lanes), [0] * len(lanes), [0] * len(lanes)]
    return [BUCKET, epoch, *columns, now, *spent]


async def test_a_claim_from_a_million_tickets_in_one_lane_touches_only_what_it_takes(
    dispatch_db: Database,
) -> None:
    async with dispatch_db.connection() as connection:
        await connection.execute(FILL_QUEUE, BUCKET, 1_000_000, 1)
        await connection.execute(FILL_MESSAGES, BUCKET, 100_000, ACCOUNT)
        await connection.execute("vacuum analyze queue")
        await connection.execute("vacuum analyze messages")
        heads = await plan(connection, "heads_many", BUCKET, [DEEP_LANE] * 3, [0, 1, 2])
        assert not reads_whole(heads, "queue")
        assert rows_read(heads, "queue") <= 500
        claim = await plan(connection, "claim", *(await claim_values(connection, 500)))
        assert not reads_whole(claim, "queue")
        assert not reads_whole(claim, "messages")
        assert rows_read(claim, "queue") <= 500
        assert rows_read(claim, "messages") <= 500


async def test_a_walk_through_a_deep_lane_reads_a_page_at_a_time(dispatch_db: Database) -> None:
    async with dispatch_db.connection() as connection:
        await connection.execute(FILL_QUEUE, BUCKET, 300_000, 1)
        await connection.execute("vacuum analyze queue")
        for beyond in ((-1, 0, UUID(int=0)), (1, 150_000, UUID(int=0)), (1, 299_999, UUID(int=0))):
            page = await plan(connection, "tickets_beyond", BUCKET, DEEP_LANE, *beyond)
            assert not reads_whole(page, "queue")
            assert rows_read(page, "queue") <= 500


async def test_a_claim_over_many_lanes_touches_only_what_it_takes(dispatch_db: Database) -> None:
    async with dispatch_db.connection() as connection:
        await connection.execute(FILL_QUEUE, BUCKET, 300_000, 10_000)
        await connection.execute("vacuum analyze queue")
        lanes = [7 + 64 * n for n in range(500)]
        heads = await plan(connection, "heads_few", BUCKET, lanes, [1] * 500)
        assert not reads_whole(heads, "queue")
        assert rows_read(heads, "queue") <= 500 * 8
        claim = await plan(connection, "claim", *(await claim_values(connection, 500)))
        assert not reads_whole(claim, "queue")
        assert rows_read(claim, "queue") <= 500


async def test_finding_the_lanes_that_wait_skips_from_lane_to_lane(dispatch_db: Database) -> None:
    async with dispatch_db.connection() as connection:
        await connection.execute(FILL_QUEUE, BUCKET, 300_000, 100)
        await connection.execute("vacuum analyze queue")
        found = await plan(connection, "lanes_waiting", BUCKET)
        assert not reads_whole(found, "queue")
        assert rows_read(found, "queue") <= 100 + 1


async def test_a_receipt_finds_its_submit_among_a_million(dispatch_db: Database) -> None:
    fill = """
        insert into carrier_refs (carrier, provider_id, at, bucket, message, account, part, parts)
        select 'sim', n::text, now(), $1, gen_random_uuid(), $2, 0, 1 from generate_series(1, 1000000) n
    """
    async with dispatch_db.connection() as connection:
        await connection.execute(fill, BUCKET, ACCOUNT)
        await connection.execute("vacuum analyze carrier_refs")
        ids = [str(n) for n in range(1, 501)]
        now = await connection.fetchval("select now()")
        values = [
            ["sim"] * 500,
            ids,
            [True] * 500,
            [None] * 500,
            [None] * 500,
            [now] * 500,
            ["message.sent"],
            ["message.sent"],
        ]
        receipts = await plan(connection, "receipts", *values)
        assert not reads_whole(receipts, "carrier_refs")
        assert not reads_whole(receipts, "facts")
        assert rows_read(receipts, "carrier_refs") <= 500
