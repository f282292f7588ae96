"""A home with 500,000 scheduled messages is killed, with all of its processes, and comes up again: how soon it goes on.

Before they are written it is killed once while nothing waits, for comparison. After each start some thousands come due:
how soon the first of them is at the carrier, and how soon all have their place in a lane.
"""

import asyncio
import time
from typing import Any

import aiohttp
import asyncpg
import uvloop
from rig import ROUNDS, Home, home, report, say, up

SCHEDULED = 500_000
DUE = 5_000
MPS = 1_000

MIDNIGHT = "lpad(to_hex((extract(epoch from date_trunc('day', now())) * 1000)::bigint), 12, '0')"
ID = f"({MIDNIGHT} || substr(md5(n::text), 1, 20))::uuid"
FILL_MESSAGES = f"""
insert into messages (id, bucket, account, direction, recipient, body, ucs2, segments, priority, flow, resend,
                      created_at, send_at, expires_at, service)
select {ID}, n % 64, s.account, 'outbound-api', '+1415555' || (1000 + n % 9000), 'We open tomorrow.', false, 1, 1, 0,
       true, now(), now() + n * interval '4 seconds' + interval '1 hour', now() + interval '40 days', s.id
from services s, generate_series(1, $1::int) n"""
FILL_FACTS = f"""
insert into facts (bucket, at, account, subject, kind)
select n % 64, now(), s.account, {ID}, 'message.scheduled' from services s, generate_series(1, $1::int) n"""
FILL_LATER = f"""
insert into later (bucket, due, id, account, scheduled, pending, priority, flow, turn, segments, expires_at)
select n % 64, now() + n * interval '4 seconds' + interval '1 hour', {ID}, s.account, true, true, 1, 0, 0, 1,
       now() + interval '40 days'
from services s, generate_series(1, $1::int) n"""
COME_DUE = """
with come as (delete from later where id in (select id from later where pending order by due, id limit $1) returning *)
insert into later (bucket, due, id, account, scheduled, pending, priority, flow, turn, segments, expires_at)
select bucket, now(), id, account, scheduled, pending, priority, flow, turn, segments, expires_at from come"""
ARE_DUE = "select count(*) from later where due <= now()"


async def main() -> None:
    with home() as first:
        first.tidings("lanes", "set", "55501", "--mps", str(MPS))
        first.kill()
        start = time.perf_counter()
        at = up(first.folder)
        empty = round(time.perf_counter() - start, 2)
        say(f"ready {empty} s after a kill while nothing waits")
        connection: asyncpg.Connection[Any] = await asyncpg.connect(at.ready["database_url"])
        for statement in (FILL_MESSAGES, FILL_FACTS, FILL_LATER):
            await connection.execute(statement, SCHEDULED, timeout=600)
        await connection.execute("vacuum analyze later")
        await connection.close()
        say(f"{SCHEDULED:,} messages wait for their time")
        rounds, running = [], at
        try:
            for n in range(ROUNDS):
                found, running = await round_of(running)
                rounds.append(found)
                say(f"round {n + 1}: {found}")
        finally:
            running.kill()
    report("restart", rounds, ready_when_nothing_waits_seconds=empty, scheduled=SCHEDULED, due=DUE, mps=MPS)


async def round_of(at: Home) -> tuple[dict[str, float], Home]:
    at.kill()
    start = time.perf_counter()
    again = up(at.folder)
    ready = time.perf_counter() - start
    connection: asyncpg.Connection[Any] = await asyncpg.connect(again.ready["database_url"])
    await connection.execute(COME_DUE, DUE, timeout=60)
    start = time.perf_counter()
    before = await at_the_carrier(again)
    first = 0.0
    while int(await connection.fetchval(ARE_DUE)):
        if not first and await at_the_carrier(again) > before:
            first = time.perf_counter() - start
        await asyncio.sleep(0.05)
    placed = time.perf_counter() - start
    while not first:
        if await at_the_carrier(again) > before:
            first = time.perf_counter() - start
    waiting = int(await connection.fetchval("select count(*) from later"))
    await connection.close()
    times = {"ready": ready, "first_at_the_carrier": first, "all_placed": placed}
    return {f"{name}_seconds": round(value, 2) for name, value in times.items()} | {
        "still_wait": waiting
    }, again


async def at_the_carrier(at: Home) -> int:
    url = at.ready["simulator"]["control_url"]
    async with aiohttp.ClientSession() as http, http.get(f"{url}/stats") as answer:
        return int((await answer.json())["received"])


uvloop.run(main())
