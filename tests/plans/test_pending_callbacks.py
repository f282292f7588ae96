"""A dead endpoint's backlog is never walked through: not to find the others, nor to take the next few of it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tidings.runtime.database import Connection, Database
from tidings.webhooks import store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DEEP = 200_000
MOST_ROWS_READ = 3_000

FILL = """
insert into webhook_pending
    (bucket, endpoint, xid, seq, next_at, account, message, status, url, form, attempts, total_attempts, spent_ms)
select n % 4, $2, 1, $3 + n, now() + $4 * interval '1 second' - interval '1 minute', $5, gen_random_uuid(), 'sent',
    $2 || '/status', 'To=1', 0, 0, 0
from generate_series(1, $1::integer) n
"""


async def rows_read(connection: Connection, name: str, types: str, *values: str) -> int:
    """How many rows the scans of the table gave or threw away under the generic plan, which long sessions get."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("set local plan_cache_mode = force_generic_plan")
        await connection.execute(f"prepare looked_at ({types}) as {store.SQL[name].sql}")
        text = await connection.fetchval(
            f"explain (analyze, format json) execute looked_at ({', '.join(values)})"
        )
        await connection.execute("deallocate looked_at")
    finally:
        await transaction.rollback()
    return _rows(json.loads(text)[0]["Plan"])


def _rows(node: dict[str, Any]) -> int:
    below = sum(_rows(child) for child in node.get("Plans", []))
    if node.get("Relation Name") != "webhook_pending" or not node["Node Type"].endswith("Scan"):
        return below
    return below + int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


@pytest.mark.parametrize("analyzed", [True, False])
async def test_a_deep_backlog_costs_the_others_nothing(db: Database, analyzed: bool) -> None:
    now = datetime.now(UTC)
    account = uuid4()
    async with db.connection() as connection:
        # One endpoint that is dead, one whose backlog is all leased, and fifty that are well.
        await connection.execute(FILL, DEEP, "http://dead.example:80", 0, 0.0, account)
        await connection.execute(FILL, DEEP, "http://leased.example:80", DEEP, 3600.0, account)
        for n in range(50):
            await connection.execute(FILL, 8, f"http://well-{n}.example:80", 2 * DEEP + 8 * n, 0.0, account)
        if analyzed:
            await connection.execute("analyze webhook_pending")
        due = await store.endpoints_due(connection, now=now)
        assert len(due) == 51 * 4
        assert await rows_read(connection, "endpoints_due", "timestamptz", "now()") < MOST_ROWS_READ
        lease = now + timedelta(seconds=15)
        for endpoint, count in [("http://dead.example:80", 500), ("http://well-7.example:80", 2)]:
            claimed = await store.claim(connection, 1, endpoint, now=now, lease_until=lease, most=500)
            assert len(claimed) == count
            types = "smallint, text, timestamptz, timestamptz, bigint"
            values = ("2", f"'{endpoint}'", "now()", "now() + interval '15 seconds'", "500")
            assert await rows_read(connection, "claim", types, *values) < MOST_ROWS_READ
