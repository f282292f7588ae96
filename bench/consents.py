"""CPU of consents among a million: microseconds a person of looking them up in batches of 500 and deciding, and of an
entry of the ledger taken in by a sheet.

`lookup_us` is PostgreSQL and ours together; `decide_us` ours alone, for marketing; `entry_us` both, in pages of 2,000;
`proof_ms` the time to prove one entry, `check_us` ours and PostgreSQL's of checking an entry of the whole ledger.
"""

import json
import random
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import uvloop

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

from tidings.compliance.consent import ConsentSetting, Outgoing, decide, ledger, standings  # noqa: E402
from tidings.compliance.consent.entry import Deed, Said  # noqa: E402
from tidings.compliance.consent.take_in import take_in  # noqa: E402
from tidings.compliance.packs.pack import shipped  # noqa: E402
from tidings.compliance.verdict import Traffic  # noqa: E402
from tidings.runtime.clock import system_clock  # noqa: E402
from tidings.runtime.database import Connection, Database  # noqa: E402
from tidings.runtime.embedded_postgres import EmbeddedPostgres  # noqa: E402
from tidings.runtime.migrations import migrate  # noqa: E402

CONSENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
ENTRIES = 40_000
BATCH, BATCHES, ROUNDS = 500, 100, 5
ACCOUNT, OTHER = UUID(int=1), UUID(int=2)
FILL = """
insert into consents (account, recipient, scope, state, since, entry, reach, confirmed, method)
select $1, '+1' || (2000000000 + n * 7)::text, 'brand', 'granted', now() - interval '1 day', n, 'scope', false, 'import'
from generate_series($2::bigint, $3::bigint) n"""
_random = random.Random(11)


def person() -> str:
    return f"+1{2_000_000_000 + _random.randrange(1, CONSENTS) * 7}"


def cpu_seconds(process: psutil.Process) -> float:
    """Of a process and all below it."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        times = one.cpu_times()
        total += times.user + times.system
    return total


async def lookups(connection: Connection, postgres: psutil.Process) -> dict[str, float]:
    batches = [[(ACCOUNT, person()) for _ in range(BATCH)] for _ in range(BATCHES)]
    best = {"lookup_us": 1e9, "decide_us": 1e9}
    setting, laws, now = ConsentSetting(), shipped().consent, datetime.now(UTC)
    message = Outgoing(Traffic.MARKETING, "US", None, "+14155550100", None)
    for _ in range(ROUNDS):
        began, ours = cpu_seconds(postgres), time.process_time()
        found = [await standings(connection, batch) for batch in batches]
        spent = cpu_seconds(postgres) - began + time.process_time() - ours
        best["lookup_us"] = min(best["lookup_us"], spent / (BATCH * BATCHES) * 1e6)
        ours = time.process_time()
        for batch in found:
            for one in batch:
                decide(one, message, setting, laws, at=now)
        spent = time.process_time() - ours
        best["decide_us"] = min(best["decide_us"], spent / (BATCH * BATCHES) * 1e6)
    return best


async def entries(db: Database, postgres: psutil.Process) -> dict[str, float]:
    at = system_clock() - timedelta(days=1)
    said = [
        Said(
            Deed.GRANT,
            f"+1{2_000_000_000 + n}",
            "brand",
            "import",
            at,
            wording="I agree to offers.",
            by="bench",
        )
        for n in range(ENTRIES)
    ]
    began, ours = cpu_seconds(postgres), time.process_time()
    await take_in(db, OTHER, said, clock=system_clock)
    entry = cpu_seconds(postgres) - began + time.process_time() - ours
    began, ours = cpu_seconds(postgres), time.process_time()
    async for checked in ledger.check(db, OTHER):
        assert not checked.faults
    check = cpu_seconds(postgres) - began + time.process_time() - ours
    async with db.connection() as connection:
        start = time.perf_counter()
        for n in range(1, ENTRIES, ENTRIES // 50):
            await ledger.proofs_of(connection, OTHER, [n], size=ENTRIES)
        proof = (time.perf_counter() - start) / 50
    return {"entry_us": entry / ENTRIES * 1e6, "check_us": check / ENTRIES * 1e6, "proof_ms": proof * 1e3}


async def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    try:
        await migrate(server.url, now=datetime.now(UTC))
        db = await Database.connect(server.url, application_name="bench", largest=2)
        postmaster = psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]))
        async with db.connection() as connection:
            for start in range(1, CONSENTS + 1, 200_000):
                await connection.execute(FILL, ACCOUNT, start, min(start + 199_999, CONSENTS))
            await connection.execute("vacuum analyze consents")
            result: dict[str, Any] = await lookups(connection, postmaster)
        result |= await entries(db, postmaster)
        result = {key: round(value, 2) for key, value in result.items()}
        print(json.dumps({"bench": "consents", "consents": CONSENTS, "batch": BATCH} | result))
        await db.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


uvloop.run(main())
