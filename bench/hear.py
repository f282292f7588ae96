"""CPU of taking in what people say: microseconds a text, of our own code and of PostgreSQL, in batches of 500.

A tenth of the texts are STOP, a tenth START, a tenth plain words of the corpus of tests/compliance, and the others what
people answer on most days. A million people have opted out before.
"""

import csv
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psutil
import uvloop

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

from tidings.compliance.opt_outs import Heard, hear  # noqa: E402
from tidings.runtime.database import Connection, Database  # noqa: E402
from tidings.runtime.embedded_postgres import EmbeddedPostgres  # noqa: E402
from tidings.runtime.migrations import migrate  # noqa: E402

OPT_OUTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
ROUNDS = 3
BATCHES = 40
BATCH = 500
ACCOUNT, SERVICE = UUID(int=0xAC), UUID(int=0x5E)
FILL = """
insert into opt_outs (account, scope, recipient, state, source, since)
select $1, $2, '+1' || (2000000000 + n * 7)::text, 'opted_out', 'bench', now() from generate_series(1, $3::bigint) n"""
EVERY_DAY = (
    "Yes I'll be there at 6",
    "ok thanks!",
    "What time do you open?",
    "Can you send me the address",
    "👍",
    "Perfect, see you",
)
_random = random.Random(11)
with (HERE.parent / "tests" / "compliance" / "opt_out_corpus.csv").open(encoding="utf-8") as _file:
    CORPUS = [row["text"] for row in csv.DictReader(_file)]


def text() -> str:
    draw = _random.random()
    if draw < 0.1:
        return "STOP"
    if draw < 0.2:
        return "START"
    return _random.choice(CORPUS if draw < 0.3 else EVERY_DAY)


def batch() -> list[Heard]:
    people = _random.sample(range(OPT_OUTS * 2), BATCH)
    return [
        Heard(ACCOUNT, SERVICE, "55501", "short_code", f"+1{2_000_000_000 + n * 7}", "US", text(), uuid4())
        for n in people
    ]


async def measure(connection: Connection) -> dict[str, float]:
    backend = psutil.Process(await connection.fetchval("select pg_backend_pid()"))
    batches = [batch() for _ in range(BATCHES)]
    ours, theirs = time.process_time(), sum(backend.cpu_times()[:2])
    for one in batches:
        async with connection.transaction():
            await hear(connection, one, now=datetime.now(UTC))
    texts = BATCHES * BATCH
    return {
        "own_us": round((time.process_time() - ours) / texts * 1e6, 2),
        "postgres_us": round((sum(backend.cpu_times()[:2]) - theirs) / texts * 1e6, 2),
    }


async def measured(server: EmbeddedPostgres) -> list[dict[str, float]]:
    await migrate(server.url, now=datetime.now(UTC))
    db = await Database.connect(server.url, application_name="bench", largest=1)
    async with db.connection() as connection:
        await connection.execute(FILL, ACCOUNT, SERVICE.hex, OPT_OUTS, timeout=600)
        await connection.execute("vacuum analyze opt_outs", timeout=600)
        await measure(connection)
        rounds = []
        for _ in range(ROUNDS):
            rounds.append(await measure(connection))
            print(f"round {len(rounds)}: {rounds[-1]}", file=sys.stderr)
    await db.close()
    return rounds


async def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    try:
        rounds = await measured(server)
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)
    medians = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    print(
        json.dumps(
            {"bench": "hear", "opt_outs": OPT_OUTS, "batch": BATCH, "median": medians, "rounds": rounds}
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
