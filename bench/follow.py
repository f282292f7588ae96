"""Following short links: requests a second whose click is durable before the redirect, among millions of stored links.

Beside it stands what the same web server answers in that moment when it only redirects. Then the same links are
followed at half of that rate, for the time that answers take; the clicks are judged; and links are minted and stored
as for a campaign.
"""

import argparse
import asyncio
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from bare import bare_server
from rig import ROUNDS, Home, calibrate, cpu_ms_per_message, home, report, say

from tidings.kernel.sid import mint
from tidings.links.believe.judge import judge_new
from tidings.links.minted import Linked, keep_links
from tidings.links.month import month_of, sign_of
from tidings.links.months import make_months
from tidings.links.shorten import Shortened, shorten
from tidings.runtime.database import Database

COUNT = 40_000
CONNECTIONS = 64
MESSAGES = 750_000
BATCH, AT_ONCE = 500, 3
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
SIGNS = "bcdfghjkmnpqrstvwxzBDFGHJKLMNPQRT679"
FILL = """
insert into links (month, code, account, domain, service, message, destination, created_at, expires_at)
select $4, $5 || translate(substr(md5(n::text), 1, 9), '0123456789abcdef', 'bcdfghjkmnpqrstv'), $1, $2, $1,
gen_random_uuid(), 'https://shop.example/spring/' || n, now(), now() + interval '90 days'
from generate_series(1, $3::bigint) n on conflict do nothing
"""


class Followers:
    """Keep-alive connections that follow links, as fast as they are answered, or `rate` a second in all."""

    def __init__(self, host: str, port: int, codes: list[str], *, rate: float | None = None) -> None:
        self.host, self.port, self.codes, self.rate = host, port, codes, rate
        self.sent = self.answered = self.failed = 0
        self.latencies: list[float] = []

    async def run(self) -> float:
        self.done = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.start = loop.time()
        for _ in range(CONNECTIONS):
            await loop.create_connection(lambda: _Follower(self), self.host, self.port)
        await asyncio.wait_for(self.done.wait(), 170)
        return loop.time() - self.start

    def milliseconds(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


class _Follower(asyncio.Protocol):
    def __init__(self, load: Followers) -> None:
        self.load, self.buffer, self.loop = load, b"", asyncio.get_running_loop()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.fire()

    def fire(self) -> None:
        load = self.load
        if load.sent >= len(load.codes):
            self.transport.close()
            return
        code, n = load.codes[load.sent], load.sent
        load.sent += 1
        if load.rate is None:
            self.send(code, self.loop.time())
        else:
            due = load.start + n / load.rate
            self.loop.call_at(due, self.send, code, due)

    def send(self, code: str, due: float) -> None:
        self.due = due
        head = f"GET /l/{code} HTTP/1.1\r\nHost: {self.load.host}:{self.load.port}\r\nUser-Agent: {PHONE}\r\n\r\n"
        self.transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if b"\r\n\r\n" not in self.buffer:
            return
        load = self.load
        load.latencies.append(self.loop.time() - self.due)
        if self.buffer.startswith(b"HTTP/1.1 302"):
            load.answered += 1
        else:
            load.failed += 1
            if load.failed < 3:
                say(self.buffer.decode(errors="replace"))
        self.buffer = b""
        if load.answered + load.failed == len(load.codes):
            load.done.set()
        self.fire()


async def filled(at: Home, links: int) -> asyncpg.Connection:
    """A connection to the home's database, which has so many links on the home's own address."""
    connection = await asyncpg.connect(at.ready["database_url"])
    account = UUID(at.ready["account_sid"][2:])
    domain = await connection.fetchval("select id from link_domains where account = $1", account)
    began = time.perf_counter()
    now = datetime.now(UTC)
    await make_months(connection, now=now)
    month = month_of(now)
    await connection.execute(FILL, account, domain, links, month, sign_of(month), timeout=600)
    await connection.execute("vacuum analyze links")
    await connection.execute("checkpoint")
    say(f"{links} links stored in {time.perf_counter() - began:.0f} s")
    return connection


async def round_of(at: Home, bare: int, codes: list[str]) -> dict[str, float]:
    host, _, port = at.ready["base_url"].removeprefix("http://").partition(":")
    speed = calibrate()
    beside = Followers("127.0.0.1", bare, codes)
    bare_per_second = len(codes) / await beside.run()
    fast = Followers(host, int(port), codes)
    before = at.cpu_seconds()
    seconds = await fast.run()
    cpu = cpu_ms_per_message(before, at.cpu_seconds(), len(codes))
    half = Followers(host, int(port), codes[: len(codes) // 2], rate=len(codes) / seconds / 2)
    await half.run()
    return cpu | {
        "followed_per_second": round(fast.answered / seconds, 1),
        "followed_per_second_and_core": round(1000 / cpu["cpu_ms"], 1),
        "bare_per_second": round(bare_per_second, 1),
        "share_of_bare": round(fast.answered / seconds / bare_per_second, 3),
        "p50_ms": fast.milliseconds(0.5),
        "p99_ms": fast.milliseconds(0.99),
        "at_half_p50_ms": half.milliseconds(0.5),
        "at_half_p99_ms": half.milliseconds(0.99),
        "failed": fast.failed + half.failed,
        "calibration_seconds": speed,
    }


async def judged(db: Database) -> dict[str, float]:
    """How fast the clicks of the rounds are judged and counted."""
    began, count = time.perf_counter(), 0
    while some := (await judge_new(db, now=datetime.now(UTC)))[0]:
        count += some
    return {"judged_per_second": round(count / (time.perf_counter() - began), 1), "judged": count}


async def minted(db: Database, account: UUID, domain: UUID) -> dict[str, float]:
    """Texts of a campaign shortened, and their links stored, each batch durable; some batches are under way at once, as
    those of a web role are."""
    began, firsts = time.perf_counter(), iter(range(0, MESSAGES, BATCH))
    async with asyncio.TaskGroup() as minters:
        for _ in range(AT_ONCE):
            minters.create_task(_mint_some(db, account, domain, firsts))
    seconds = time.perf_counter() - began
    return {"minted_seconds": round(seconds, 1), "minted_per_second": round(MESSAGES / seconds, 1)}


async def _mint_some(db: Database, account: UUID, domain: UUID, firsts: Iterator[int]) -> None:
    for first in firsts:
        now, batch = datetime.now(UTC), []
        for n in range(first, first + BATCH):
            text = f"Hello, your offer: https://shop.example/spring/{n}?utm_source=sms"
            short = shorten(
                text, base="https://go.example.com/", entropy=secrets.token_bytes, month=month_of(now)
            )
            assert isinstance(short, Shortened)
            batch.append(
                Linked(
                    account=account,
                    domain=domain,
                    service=account,
                    message=mint(now, secrets.token_bytes(10), 0),
                    links=short.links,
                    now=now,
                    leaves_at=now,
                )
            )
        async with db.transaction() as connection:
            await keep_links(connection, batch)


async def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--links", type=int, default=1_000_000, help="how many links are stored")
    asked.add_argument("--only", choices=("follow", "mint"), help="one half of it")
    told = asked.parse_args()
    with home("--no-simulator", "--processes", "dispatch=0,work=0") as at, bare_server("redirect") as bare:
        links = 1_000 if told.only == "mint" else told.links
        connection = await filled(at, links)
        codes = [row["code"] for row in await connection.fetch("select code from links limit 400000")]
        secrets.SystemRandom().shuffle(codes)
        brand = await connection.fetchrow("select id, account from link_domains limit 1")
        assert brand is not None
        domain, account = brand
        await connection.close()
        db = await Database.connect(at.ready["database_url"], application_name="bench", largest=AT_ONCE)
        rounds: list[dict[str, Any]] = []
        if told.only != "mint":
            say("warming up")
            await round_of(at, bare, codes[:2_000])
            for n in range(ROUNDS):
                rounds.append(await round_of(at, bare, codes[n * COUNT :][:COUNT]))
                say(f"round {n + 1}: {rounds[-1]}")
        about = await judged(db) if told.only != "mint" else {}
        if told.only != "follow":
            about |= await minted(db, account, domain)
        await db.close()
        report("follow", rounds or [about], links=links, requests=COUNT, connections=CONNECTIONS, **about)


uvloop.run(main())
