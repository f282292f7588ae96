"""CPU of counting marketing under three caps, with five million past sends: microseconds a message, in batches of 500.

`reserve_us` is all of it, `database_us` PostgreSQL's part, `process_us` that of whoever asks. `wish_us` is what a
message costs that no cap binds: asking whether one does.
"""

import asyncio
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psutil
import uvloop

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

from tidings.compliance.caps import AccountCaps, Asking, CapSettings, asking_of, reserve  # noqa: E402
from tidings.compliance.caps.cap import pack  # noqa: E402
from tidings.compliance.caps.settings import CapSetting, account_caps  # noqa: E402
from tidings.compliance.verdict import Allowed, Traffic  # noqa: E402
from tidings.runtime.database import Connection, Database  # noqa: E402
from tidings.runtime.embedded_postgres import EmbeddedPostgres  # noqa: E402
from tidings.runtime.migrations import migrate  # noqa: E402

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
SENDS_EACH = 5
ROUNDS, BATCHES, BATCH = 5, 40, 500
ACCOUNT = UUID(int=7)
NOW = datetime.now(UTC)
SETTINGS = CapSettings(
    caps=[
        CapSetting(name="hour", most=1, per_seconds=3600, per_topic=True),
        CapSetting(name="day", most=3, per_seconds=86_400),
        CapSetting(name="week", most=8, per_seconds=604_800),
    ],
    spacing_seconds=3600,
)
_random = random.Random(11)


def person() -> str:
    return f"+1{2_000_000_000 + _random.randrange(PEOPLE)}"


def asking(caps: AccountCaps, at: datetime) -> Asking:
    tags = {"campaign": "june", "topic": "shoes"}
    made = asking_of(
        caps, account=ACCOUNT, recipient=person(), traffic=Traffic.MARKETING, at=at, tags=tags, asked_at=at
    )
    assert made is not None
    return made


async def fill(connection: Connection, caps: AccountCaps) -> None:
    wish = asking(caps, NOW).wish
    assert wish is not None
    kept = pack([wish.send(NOW - timedelta(days=1 + n)) for n in range(SENDS_EACH)], now=NOW)
    for start in range(0, PEOPLE, 20_000):
        rows = [
            (ACCOUNT, f"+1{2_000_000_000 + n}", kept, NOW) for n in range(start, min(PEOPLE, start + 20_000))
        ]
        await connection.copy_records_to_table(
            "cap_counts", records=rows, columns=["account", "recipient", "sends", "last_at"]
        )
    await connection.execute("vacuum analyze cap_counts", timeout=600)


async def round_of(db: Database, caps: AccountCaps, at: datetime) -> dict[str, float]:
    batches = [[asking(caps, at) for _ in range(BATCH)] for _ in range(BATCHES)]
    granted = 0
    async with db.connection() as connection:
        backend = psutil.Process(await connection.fetchval("select pg_backend_pid()"))
        before, own = sum(backend.cpu_times()[:2]), time.process_time()
        for batch in batches:
            async with connection.transaction():
                verdicts = await reserve(connection, batch)
            granted += sum(1 for verdict in verdicts if isinstance(verdict, Allowed))
        own = time.process_time() - own
        spent = sum(backend.cpu_times()[:2]) - before
    count = BATCHES * BATCH
    return {
        "reserve_us": round((own + spent) / count * 1e6, 2),
        "database_us": round(spent / count * 1e6, 2),
        "process_us": round(own / count * 1e6, 2),
        "granted": round(granted / count, 3),
    }


def wish_us(caps: AccountCaps) -> float:
    begun = time.process_time()
    for _ in range(200_000):
        asking_of(
            caps,
            account=ACCOUNT,
            recipient="+12000000000",
            traffic=Traffic.TRANSACTIONAL,
            at=NOW,
            country="US",
        )
    return round((time.process_time() - begun) / 200_000 * 1e6, 2)


async def measured(server: EmbeddedPostgres) -> list[dict[str, float]]:
    await migrate(server.url, now=NOW)
    caps = account_caps(SETTINGS, opened_at=NOW, version=1, changed_by="bench", laws=())
    db = await Database.connect(server.url, application_name="bench", largest=1)
    async with db.connection() as connection:
        await fill(connection, caps)
    rounds = []
    for n in range(ROUNDS):
        rounds.append({**await round_of(db, caps, NOW + n * timedelta(minutes=5)), "wish_us": wish_us(caps)})
        print(f"round {len(rounds)}: {rounds[-1]}", file=sys.stderr)
    await db.close()
    return rounds


async def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres")
    await asyncio.to_thread(server.start)
    try:
        rounds = await measured(server)
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)
    medians = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    print(
        json.dumps(
            {
                "bench": "caps",
                "past_sends": PEOPLE * SENDS_EACH,
                "batch": BATCH,
                "median": medians,
                "rounds": rounds,
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
