"""CPU of looking up who opted out, among five million: microseconds of PostgreSQL a message, in batches of 500.

`accept_us` is the whole statement that accepts, rolled back, for people of whom every tenth has opted out; `empty_us`
the same before anybody has. The check is what lies between them; `probe_us` is the lookup alone, as the statement has
it.
"""

import json
import random
import secrets
import shutil
import statistics
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import uvloop

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

from tests.messages.builders import ACCOUNT, draft  # noqa: E402

from tidings.kernel.sid import mint  # noqa: E402
from tidings.lanes.key import lane_key  # noqa: E402
from tidings.messages.accept import SQL, Accepted, columns_of  # noqa: E402
from tidings.messages.states import State  # noqa: E402
from tidings.runtime.database import Connection, Database  # noqa: E402
from tidings.runtime.embedded_postgres import EmbeddedPostgres  # noqa: E402
from tidings.runtime.migrations import migrate  # noqa: E402

OPT_OUTS = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
ROUNDS = 5
BATCHES = 60
BATCH = 500
SERVICE = UUID(int=0x5E)
FILL = """
insert into opt_outs (account, scope, recipient, state, source, since)
select $1, case when n % 2 = 0 then '55501' else $2 end, '+1' || (2000000000 + n * 7 % 7000000000)::text,
       'opted_out', 'bench', now()
from generate_series($3::bigint, $4::bigint) n"""
PROBE = """
select count(*) from (
    select (select min(o.state) from opt_outs o
            where o.account = d.account and o.recipient = d.recipient
              and (o.scope = d.sender or o.scope = replace(d.service::text, '-', ''))) as state
    from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) as d (account, recipient, sender, service)) found
where state is not null"""
_random = random.Random(11)


def person() -> str:
    number = (
        _random.randrange(1, OPT_OUTS) * 7 if _random.random() < 0.1 else _random.randrange(10**9) * 7 + 3
    )
    return f"+1{2_000_000_000 + number % 7_000_000_000}"


def batch() -> list[Accepted]:
    now = datetime.now(UTC)
    key = lane_key(ACCOUNT, sender="55501", kind="short_code", calling_code="1")
    return [
        Accepted(
            id=mint(now, secrets.token_bytes(10), key.bucket),
            draft=draft(recipient=person(), service=SERVICE),
            state=State.ACCEPTED,
            code=None,
            created_at=now,
            expires_at=now + timedelta(hours=10),
            bucket=key.bucket,
            lane=key,
        )
        for _ in range(BATCH)
    ]


async def accept(connection: Connection, columns: list[Any]) -> None:
    transaction = connection.transaction()
    await transaction.start()
    await SQL.many(connection, "accept", *columns)
    await transaction.rollback()


async def microseconds(connection: Connection, *, probe_only: bool) -> float:
    """CPU of the backend a message."""
    backend = psutil.Process(await connection.fetchval("select pg_backend_pid()"))
    made = [batch() for _ in range(BATCHES)]
    columns = [columns_of(one, due=None) for one in made]
    people = [
        [
            [ACCOUNT] * BATCH,
            [one.draft.recipient for one in some],
            ["55501"] * BATCH,
            [SERVICE] * BATCH,
        ]
        for some in made
    ]
    before = sum(backend.cpu_times()[:2])
    for several, asked in zip(columns, people, strict=True):
        if probe_only:
            await connection.fetchval(PROBE, *asked)
        else:
            await accept(connection, several)
    return round((sum(backend.cpu_times()[:2]) - before) / (BATCHES * BATCH) * 1e6, 2)


async def measured(server: EmbeddedPostgres) -> list[dict[str, float]]:
    await migrate(server.url, now=datetime.now(UTC))
    db = await Database.connect(server.url, application_name="bench", largest=1)
    async with db.connection() as connection:
        await connection.execute("vacuum analyze opt_outs")
        await microseconds(connection, probe_only=False)
        empty = [await microseconds(connection, probe_only=False) for _ in range(ROUNDS)]
        for start in range(1, OPT_OUTS + 1, 500_000):
            end = min(OPT_OUTS, start + 499_999)
            await connection.execute(FILL, ACCOUNT, SERVICE.hex, start, end, timeout=600)
            print(f"{end:,} opt-outs", file=sys.stderr)
        await connection.execute("vacuum analyze opt_outs", timeout=600)
        await microseconds(connection, probe_only=False)
        rounds = []
        for before in empty:
            full = await microseconds(connection, probe_only=False)
            probe = await microseconds(connection, probe_only=True)
            check = round(full - before, 2)
            rounds.append({"check_us": check, "probe_us": probe, "accept_us": full, "empty_us": before})
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
            {"bench": "opt_outs", "opt_outs": OPT_OUTS, "batch": BATCH, "median": medians, "rounds": rounds}
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
