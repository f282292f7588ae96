"""CPU of choosing a sender from a pool of 400, in batches of 500 concurrent messages: microseconds a message.

`pure_us` is the decision with the queues in turn. `new_people_us` and `known_people_us` are all that accepting does to
choose, whom people know included, which is read from PostgreSQL in batches for those not heard of lately; CPU of this
process and of the connections of PostgreSQL together, less `task_us`: what 500 tasks at once cost that choose nothing,
as each request has a task anyhow. Garbage is collected as rarely as in the processes of a home.
"""

import asyncio
import gc
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

from tests.messages.builders import draft  # noqa: E402
from tests.messages.pools import account_of, service_with  # noqa: E402

from tidings.cli.supervised import GARBAGE_THRESHOLDS  # noqa: E402
from tidings.lanes.gauge import Gauges  # noqa: E402
from tidings.lanes.key import lane_key  # noqa: E402
from tidings.messages.choosing import Choice, Choosing  # noqa: E402
from tidings.messages.draft import Draft  # noqa: E402
from tidings.runtime.database import Database  # noqa: E402
from tidings.runtime.embedded_postgres import EmbeddedPostgres  # noqa: E402
from tidings.runtime.migrations import migrate  # noqa: E402
from tidings.senders import Directory, Kind, Sender  # noqa: E402
from tidings.senders.selection import Destination, Selection, Spread, Turns, choose  # noqa: E402
from tidings.senders.services import Services  # noqa: E402

ROUNDS = 5
MESSAGES = 20_000
BATCH = 500
POOL = 400
AREA_CODES = ["212", "303", "312", "415", "512", "617", "702", "713", "206", "404", "602", "305"]
_random = random.Random(7)


def numbers() -> list[str]:
    return [f"+1{AREA_CODES[n % len(AREA_CODES)]}555{n:04d}" for n in range(POOL)]


def person() -> str:
    area = _random.choice([*AREA_CODES, "907", "808", "505"])
    return f"+1{area}{_random.randrange(2, 9)}{_random.randrange(10**6):06d}"


def pure() -> float:
    """Microseconds a message of the decision alone."""
    members = [
        Sender(UUID(int=n), UUID(int=1), address, Kind.LONG_CODE, 1.0, None, "US")
        for n, address in enumerate(numbers())
    ]
    pool, turns = Selection(members), Turns()
    spreads: dict[Any, Spread] = {}
    people = [Destination("US", person()[2:5]) for _ in range(MESSAGES)]

    def pick(equals: Any) -> Sender:
        spread = spreads.get(equals)
        if spread is None:
            spread = spreads[equals] = Spread(equals.senders, waiting=lambda _: 0.0, turns=turns)
        return spread.take(1)

    begin = time.process_time()
    for to in people:
        choose(pool, to, pick=pick)
    return (time.process_time() - begin) / MESSAGES * 1e6


def cpu_seconds(server: psutil.Process) -> float:
    used = time.process_time()
    for process in server.children():
        if "[local]" in " ".join(process.cmdline()):
            times = process.cpu_times()
            used += times.user + times.system
    return used


def drafts(account: UUID, service: UUID, people: list[str]) -> list[Draft]:
    plain = {"account": account, "service": service, "sender": None, "country": "US"}
    return [draft(**plain, recipient=one) for one in people]


async def choose_all(choosing: Choosing, asked: list[Draft]) -> None:
    for batch in batches(asked):
        for answer in await asyncio.gather(*(choosing.choose(one, network=None) for one in batch)):
            assert isinstance(answer, Choice)


async def choose_nothing(asked: list[Draft]) -> None:
    for batch in batches(asked):
        await asyncio.gather(*(asyncio.sleep(0) for _ in batch))


def batches(asked: list[Draft]) -> Iterator[list[Draft]]:
    for start in range(0, len(asked), BATCH):
        yield asked[start : start + BATCH]


def key_of(one: Draft, network: str | None) -> Any:
    assert one.sender is not None
    return lane_key(
        one.account, sender=one.sender, kind=one.sender_kind, calling_code="1", country=one.country
    )


async def in_use(server: EmbeddedPostgres) -> list[dict[str, float]]:
    await migrate(server.url, now=datetime.now(UTC))
    db = await Database.connect(server.url, application_name="bench")
    account = await account_of(db)
    service = await service_with(db, account, dict.fromkeys(numbers(), 1.0))
    process = psutil.Process(server.pid)
    choosing = Choosing(
        db,
        gauges=Gauges(db, default_limit_seconds=36_000, clock=time.time),
        services=Services(db, monotonic=time.monotonic),
        senders=Directory(db, monotonic=time.monotonic),
        key_of=key_of,
        monotonic=time.monotonic,
    )
    await choose_all(choosing, drafts(account, service, [person() for _ in range(1000)]))
    rounds = []
    for _ in range(ROUNDS):
        asked = drafts(account, service, [person() for _ in range(MESSAGES)])
        begin = cpu_seconds(process)
        await choose_nothing(asked)
        task = (cpu_seconds(process) - begin) / MESSAGES * 1e6
        one = {"task_us": round(task, 2)}
        for name in ("new_people_us", "known_people_us"):
            begin = cpu_seconds(process)
            await choose_all(choosing, asked)
            one[name] = round((cpu_seconds(process) - begin) / MESSAGES * 1e6 - task, 2)
        one["pure_us"] = round(pure(), 2)
        rounds.append(one)
        print(f"round {len(rounds)}: {one}", file=sys.stderr)
    await choosing.close()
    await db.close()
    return rounds


async def main() -> None:
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    try:
        rounds = await in_use(server)
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)
    medians = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    print(json.dumps({"bench": "choose", "pool": POOL, "batch": BATCH, "median": medians, "rounds": rounds}))


if __name__ == "__main__":
    asyncio.run(main())
