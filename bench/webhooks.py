"""CPU per status callback all told: outbox to log, in the process that delivers, and in PostgreSQL.

Facts are written first; then the deliverer runs until all are logged. The endpoint is another process and its CPU
is not counted. Run: python bench/webhooks.py [--callbacks N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import psutil
import uvloop
from callbacks import AUTH_TOKEN, serve

from tidings.kernel.sid import mint
from tidings.runtime.database import Database
from tidings.runtime.embedded_postgres import EmbeddedPostgres
from tidings.runtime.migrations import migrate
from tidings.webhooks import tell

BUCKETS = 4
ROUNDS = 3


async def fill(url: str, target: str, callbacks: int) -> None:
    """Messages with two facts each, over a few buckets."""
    now = datetime.now(UTC)
    account = uuid4()
    messages = [(mint(now, os.urandom(10), n % BUCKETS), n % BUCKETS) for n in range(callbacks // 2)]
    connection = await asyncpg.connect(url)
    await connection.execute(
        "insert into messages (id, bucket, account, direction, sender, recipient, body, ucs2, segments, priority, lane,"
        " flow, resend, created_at, status_callback) select id, bucket, $3, 'outbound-api', '+15005550006',"
        " '+14155550123', 'hi', false, 1, 1, 1, 0, true, now(), $4"
        " from unnest($1::uuid[], $2::smallint[]) as m (id, bucket)",
        [id for id, _ in messages],
        [bucket for _, bucket in messages],
        account,
        target,
    )
    for kind in ("message.sent", "message.delivered"):
        await connection.execute(
            "insert into facts (bucket, at, account, subject, kind)"
            " select bucket, now(), $3, id, $4 from unnest($1::uuid[], $2::smallint[]) as m (id, bucket)",
            [id for id, _ in messages],
            [bucket for _, bucket in messages],
            account,
            kind,
        )
    await connection.close()


async def deliver(url: str, callbacks: int, server: int) -> dict[str, float]:
    async def tokens(_: UUID) -> str:
        return AUTH_TOKEN

    db = await Database.connect(url, application_name="bench")
    stopping = asyncio.Event()
    postgres_before = postgres_seconds(server)
    before, wall = time.process_time(), time.perf_counter()
    running = asyncio.create_task(tell.run(db, tokens, allow_private=True, stopping=stopping))
    async with db.connection() as connection:
        while await connection.fetchval("select count(*) from webhook_log") < callbacks:
            await asyncio.sleep(0.1)
    took = time.perf_counter() - wall
    cpu = time.process_time() - before
    postgres = postgres_seconds(server) - postgres_before
    async with db.connection() as connection:
        delivered = await connection.fetchval(
            "select count(*) from webhook_log where code is null and attempts = 1"
        )
    assert delivered == callbacks
    stopping.set()
    await running
    await db.close()
    return {
        "cpu_us": round(cpu / callbacks * 1e6, 1),
        "postgres_us": round(postgres / callbacks * 1e6, 1),
        "per_second": round(callbacks / took, 1),
    }


def postgres_seconds(pid: int) -> float:
    postmaster = psutil.Process(pid)
    return sum(sum(each.cpu_times()[:4]) for each in [postmaster, *postmaster.children(recursive=True)])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--callbacks", type=int, default=10_000)
    arguments.add_argument("--delay-ms", type=float, default=0.0, help="how long the endpoint thinks")
    chosen = arguments.parse_args()
    callbacks = chosen.callbacks
    ours, theirs = multiprocessing.Pipe()
    endpoint = multiprocessing.get_context("spawn").Process(
        target=serve, args=(theirs, chosen.delay_ms / 1000), daemon=True
    )
    endpoint.start()
    target = f"http://127.0.0.1:{ours.recv()}/status"
    try:
        rounds = [one_round(target, callbacks) for _ in range(ROUNDS)]
    finally:
        endpoint.terminate()
    median = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        json.dumps(
            {
                "bench": "webhooks",
                "callbacks": callbacks,
                "delay_ms": chosen.delay_ms,
                "median": median,
                "rounds": rounds,
                "peak_mb": peak_mb,
            }
        )
    )


def one_round(target: str, callbacks: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder) / "postgres", bin=None)
        url = server.start()
        try:
            uvloop.run(migrate(url, now=datetime.now(UTC)))
            uvloop.run(fill(url, target, callbacks))
            pid = int((Path(folder) / "postgres" / "postmaster.pid").read_text().split()[0])
            return uvloop.run(deliver(url, callbacks, pid))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
