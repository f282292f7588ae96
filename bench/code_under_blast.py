"""How soon a one-time code is at the carrier while a blast of 750,000 messages leaves by the same pool.

From when the request to start a verification is written until the simulated carrier reads the text. The blast waits in
the lanes of all three senders of the pool, at the priority of messages without an intent, which is above marketing's.
"""

import asyncio
import json
import time
import urllib.request
from itertools import count
from typing import Any

import asyncpg
import uvloop
from rig import Home, Load, create_head, home, report, say

from verify import CODE, head_of, pace, post

TICKETS = 750_000
SENDERS = {"55501": 400, "+14155550100": 50, "+18885550100": 50}
"""With the MPS of each."""
CODES, PER_SECOND = 600, 10

MIDNIGHT = "lpad(to_hex((extract(epoch from date_trunc('day', now())) * 1000)::bigint), 12, '0')"
ID = f"({MIDNIGHT} || substr(md5(l.id::text || ' ' || n::text), 1, 20))::uuid"
FILL_MESSAGES = f"""
insert into messages
    (id, bucket, account, direction, sender, recipient, body, ucs2, segments, priority, lane, flow, resend, created_at,
     expires_at)
select {ID}, l.bucket, l.account, 'outbound-api', '55501', '+3161' || lpad(n::text, 6, '0') || '9',
       'Our sale begins today.', false, 1, 1, l.id, 0, true, now(), now() + interval '10 hours'
from lanes l, generate_series(1, $1::int) n"""
FILL_QUEUE = f"""
insert into queue (bucket, lane, priority, turn, id, segments, expires_at)
select l.bucket, l.id, 1, 1000 + n, {ID}, 1, now() + interval '10 hours' from lanes l, generate_series(1, $1::int) n"""
COUNT_IN = "update flows set segments_in = segments_in + $1, finish = finish + $1"


def received(at: Home, after: int) -> list[Any]:
    url = f"{at.ready['simulator']['control_url']}/received?after={after}"
    with urllib.request.urlopen(url, timeout=60) as answer:
        found: list[Any] = json.load(answer)
        return found


async def fill(at: Home) -> None:
    """The blast, in lanes that a message of each sender has opened."""
    host, port, head = create_head(at.ready)
    for sender in SENDERS:
        body = f"To=%2B31620000050&From={sender.replace('+', '%2B')}&Body=Hi".encode()
        await Load(host, port, head, lambda _, body=body: body, 1, connections=1).run()  # type: ignore[misc]
    await asyncio.sleep(3)
    connection: asyncpg.Connection[Any] = await asyncpg.connect(at.ready["database_url"])
    lanes = int(await connection.fetchval("select count(*) from lanes"))
    for statement in (FILL_MESSAGES, FILL_QUEUE, COUNT_IN):
        await connection.execute(statement, TICKETS // lanes, timeout=600)
    await connection.execute("select pg_notify('tickets', '')")
    await connection.close()
    say(f"{TICKETS:,} messages wait in {lanes} lanes")


async def codes(at: Home, path: str) -> dict[str, float]:
    """When the request of each code began, by its number."""
    host, port, head = head_of(at, path)
    began: dict[str, float] = {}

    async def ask(number: str) -> None:
        reader, writer = await asyncio.open_connection(host, port)
        body = f"To=%2B{number}&Channel=sms&CustomCode={CODE}".encode()
        began[number] = time.time()
        writer.write(head + b"%d\r\n\r\n" % len(body) + body)
        line = await reader.readline()
        if b" 201 " not in line:
            raise RuntimeError(f"{number}: {line!r}")
        writer.close()

    start = time.perf_counter()
    async with asyncio.TaskGroup() as crew:
        for n in count():
            if n == CODES:
                break
            await asyncio.sleep(max(0.0, start + n / PER_SECOND - time.perf_counter()))
            crew.create_task(ask(f"316{20_000_000 + 100 * n + 50:08d}"))
    return began


async def main() -> None:
    with home() as at:
        for sender, mps in SENDERS.items():
            pace(at, sender, mps)
        made = post(at, "/verify/v2/Services", b"FriendlyName=Bench&CustomCodeEnabled=true")
        path = f"/verify/v2/Services/{made['sid']}/Verifications"
        await fill(at)
        await asyncio.sleep(10)
        before = len(received(at, 0))
        began = await codes(at, path)
        await asyncio.sleep(2)
        rows = received(at, before)
        arrived = {row["destination"].removeprefix("+"): row["at"] for row in rows if CODE in row["text"]}
        waits = sorted((arrived[number] - at_) * 1000 for number, at_ in began.items() if number in arrived)
        report(
            "code_under_blast",
            [
                {
                    "codes": len(began),
                    "arrived": len(waits),
                    "p50_ms": round(waits[len(waits) // 2], 1),
                    "p99_ms": round(waits[int(len(waits) * 0.99)], 1),
                    "longest_ms": round(waits[-1], 1),
                    "blast_per_second": round((len(rows) - len(waits)) / (CODES / PER_SECOND + 2), 1),
                }
            ],
            tickets=TICKETS,
        )


uvloop.run(main())
