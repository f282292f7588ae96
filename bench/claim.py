"""How long the dispatcher's look takes in deep queues: reading the heads of lanes, and claiming 500 tickets.

Five million tickets in one lane, and the same over ten thousand lanes. PostgreSQL is the embedded one with its ordinary
settings; the statements and the planner's settings are the dispatcher's own.
"""

import math
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from rig import report, say

from tidings.messages import bucket
from tidings.messages.dispatch import DISPATCH_SETTINGS
from tidings.runtime.database import Connection, Database
from tidings.runtime.embedded_postgres import EmbeddedPostgres
from tidings.runtime.migrations import migrate

TICKETS = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
LANES = 10_000
CLAIMS = 300
BUCKET = 7

MIDNIGHT = "lpad(to_hex((extract(epoch from date_trunc('day', now())) * 1000)::bigint), 12, '0')"
ID = f"({MIDNIGHT} || substr(md5(n::text), 1, 20))::uuid"
FILL_QUEUE = f"""
insert into queue (bucket, lane, priority, turn, id, segments, expires_at)
select $1, 7 + 64 * (n % $4), 1, n, {ID}, 1, now() + interval '10 hours' from generate_series($2::int, $3::int) n"""
FILL_MESSAGES = f"""
insert into messages
    (id, bucket, account, direction, sender, recipient, body, ucs2, segments, priority, lane, flow, resend, created_at)
select {ID}, $1, gen_random_uuid(), 'outbound-api', '55501', '+31612345678', 'Your code is 482913. Do not share it.',
       false, 1, 1, 7, 0, true, now() from generate_series($2::int, $3::int) n"""


async def fill(connection: Connection, *, lanes: int) -> None:
    await connection.execute("truncate queue, inflight, lane_state")
    for start in range(1, TICKETS + 1, 500_000):
        end = min(TICKETS, start + 499_999)
        await connection.execute(FILL_QUEUE, BUCKET, start, end, lanes, timeout=600)
    await connection.execute("vacuum analyze queue", timeout=600)


async def claim(connection: Connection, rows: list[Any]) -> None:
    lanes = sorted({row["lane"] for row in rows})
    zeros = [0] * len(lanes)
    columns = [[row[key] for row in rows] for key in ("lane", "priority", "turn", "id")]
    now = datetime.now(UTC)
    taken = await bucket.SQL.many(
        connection, "claim", BUCKET, 0, *columns, now, lanes, [0.0] * len(lanes), zeros, zeros, zeros
    )
    if len(taken) != len(rows):
        raise RuntimeError(f"{len(taken)} of {len(rows)} tickets were claimed")


async def looks(connection: Connection, *, lanes: int) -> dict[str, float]:
    """One look after another, as the dispatcher makes them."""
    heads, claims = [], []
    order = [7 + 64 * n for n in range(lanes)]
    for n in range(CLAIMS):
        wanted = order[(500 * n) % lanes :][:500]
        start = time.perf_counter()
        if lanes == 1:
            rows = await bucket.SQL.many(connection, "heads_many", BUCKET, [7, 7, 7], [0, 1, 2])
        else:
            found = await bucket.SQL.many(connection, "heads_few", BUCKET, wanted, [1] * len(wanted))
            rows = list({row["lane"]: row for row in reversed(found)}.values())
        heads.append(time.perf_counter() - start)
        start = time.perf_counter()
        await claim(connection, rows)
        claims.append(time.perf_counter() - start)
    return {
        "claim_p50_ms": percentile(claims, 0.5),
        "claim_p99_ms": percentile(claims, 0.99),
        "heads_p50_ms": percentile(heads, 0.5),
        "heads_p99_ms": percentile(heads, 0.99),
    }


def percentile(seconds: list[float], share: float) -> float:
    """The nearest rank, in milliseconds."""
    return round(1000 * sorted(seconds)[math.ceil(share * len(seconds)) - 1], 2)


async def main(url: str) -> None:
    await migrate(url, now=datetime.now(UTC))
    db = await Database.connect(
        url, application_name="bench", settings=DISPATCH_SETTINGS, command_timeout_seconds=600
    )
    results = []
    async with db.connection() as connection:
        for start in range(1, TICKETS + 1, 500_000):
            await connection.execute(FILL_MESSAGES, BUCKET, start, min(TICKETS, start + 499_999), timeout=600)
            say(f"messages: {min(TICKETS, start + 499_999):,}")
        await connection.execute("vacuum analyze messages", timeout=600)
        for lanes in (1, LANES):
            say(f"{TICKETS:,} tickets in {lanes:,} lanes")
            await fill(connection, lanes=lanes)
            await looks(connection, lanes=lanes)  # warm: caches, prepared statements
            one = await looks(connection, lanes=lanes)
            say(str(one))
            results.append(one | {"lanes": lanes})
    await db.close()
    for one in results:
        report(f"claim over {one['lanes']} lanes", [one], tickets=TICKETS, claim=500)


folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
folder.chmod(0o711)
server = EmbeddedPostgres(folder / "postgres")
server.start()
try:
    uvloop.run(main(server.url))
finally:
    server.remove()
    shutil.rmtree(folder, ignore_errors=True)
