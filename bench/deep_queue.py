"""What a million queued messages cost the dispatcher: its memory before and after, with the lane leaving at 100 MPS."""

import asyncio
from typing import Any

import asyncpg
import uvloop
from rig import Load, create_head, home, report, say

TICKETS = 1_000_000

MIDNIGHT = "lpad(to_hex((extract(epoch from date_trunc('day', now())) * 1000)::bigint), 12, '0')"
ID = f"({MIDNIGHT} || substr(md5(n::text), 1, 20))::uuid"
FILL_MESSAGES = f"""
insert into messages
    (id, bucket, account, direction, sender, recipient, body, ucs2, segments, priority, lane, flow, resend, created_at,
     expires_at)
select {ID}, l.bucket, l.account, 'outbound-api', '55501', '+3161' || lpad(n::text, 7, '0'), 'Your code is 482913.',
       false, 1, 1, l.id, 0, true, now(),
       now() + interval '10 hours'
from lanes l, generate_series(1, $1::int) n"""
FILL_QUEUE = f"""
insert into queue (bucket, lane, priority, turn, id, segments, expires_at)
select l.bucket, l.id, 1, 1000 + n, {ID}, 1, now() + interval '10 hours' from lanes l, generate_series(1, $1::int) n"""
COUNT_IN = "update flows set segments_in = segments_in + $1, finish = finish + $1"


async def main() -> None:
    with home() as at:
        host, port, head = create_head(at.ready)
        await Load(host, port, head, lambda _: b"To=%2B31620000050&From=55501&Body=Hi", 100).run()
        await asyncio.sleep(3)
        before = at.memory_mb()
        connection: asyncpg.Connection[Any] = await asyncpg.connect(at.ready["database_url"])
        for statement in (FILL_MESSAGES, FILL_QUEUE, COUNT_IN):
            await connection.execute(statement, TICKETS, timeout=600)
        await connection.execute("select pg_notify('tickets', '')")
        say(f"{TICKETS:,} tickets are in the queue")
        await asyncio.sleep(20)
        after = at.memory_mb()
        left = TICKETS - int(await connection.fetchval("select count(*) from queue"))
        await connection.close()
        report(
            "deep_queue",
            [
                {
                    "dispatcher_mb_before": before["dispatch"],
                    "dispatcher_mb_after": after["dispatch"],
                    "added_mb": round(after["dispatch"] - before["dispatch"], 1),
                    "left_in_20_s": left,
                }
            ],
            tickets=TICKETS,
        )


uvloop.run(main())
