"""How many numbers a second one core looks up: as Twilio's API answers it, over HTTP's handler but without its socket.

`cached`: 1,000 numbers again and again; `cold`: every number is new, and the answer comes from the numbering plan and
one query over our own tables. Prints JSON; `cpu_us` is the CPU time of this process for one lookup.
"""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

from tidings.lookup.api import routes  # noqa: E402
from tidings.lookup.lookups import Lookups  # noqa: E402
from tidings.runtime.clock import system_clock  # noqa: E402
from tidings.runtime.database import Database  # noqa: E402
from tidings.runtime.embedded_postgres import EmbeddedPostgres  # noqa: E402
from tidings.runtime.migrations import migrate  # noqa: E402
from tidings.web.api.forms import decode  # noqa: E402
from tidings.web.api.request import Caller, Request  # noqa: E402

ACCOUNT = UUID(int=7)
CALLER = Caller(ACCOUNT, "AC" + "0" * 32, ACCOUNT, by_key=False, active=True, concurrency_limit=500)
AT_ONCE = 64
COUNT = 40_000
QUERY = b"Fields=line_type_intelligence"


async def measure(db: Database, numbers: list[str]) -> dict[str, Any]:
    lookups = Lookups(db, clock=system_clock, monotonic=time.monotonic)
    fetch = next(
        route.handler
        for route in routes(db=db, lookups=lookups, clock=system_clock)
        if route.pattern.endswith("v2/PhoneNumbers/{PhoneNumber}")
    )
    waiting = iter(numbers)

    async def ask() -> None:
        for number in waiting:
            form = decode(QUERY)
            assert isinstance(form, dict)
            path = f"/lookups/v2/PhoneNumbers/{number}"
            request = Request("GET", path, {"PhoneNumber": number}, CALLER, {}, form, [(b"host", b"x")])
            assert (await fetch(request)).status == 200

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    await lookups.close()
    return {
        "numbers": len(numbers),
        "per_second": round(len(numbers) / took),
        "cpu_us": round(spent / len(numbers) * 1e6, 1),
    }


async def main() -> None:
    cold = [
        f"+1{area}{exchange}{n:04}" for area in (415, 212) for exchange in (552, 553) for n in range(5000)
    ]
    folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    try:
        await migrate(server.url, now=datetime.now(UTC))
        db = await Database.connect(server.url, application_name="bench")
        told = {
            "cold": await measure(db, cold),
            "cached": await measure(db, cold[:1000] * (COUNT // 1000)),
        }
        await db.close()
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({"bench": "lookup", **told}))


if __name__ == "__main__":
    uvloop.run(main())
