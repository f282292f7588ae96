"""CPU of judging a campaign of 750,000 different recipients on one core: geo permissions, quiet hours by what each
number tells, and caps, which count every message durably in batches of 500.

`judge_us` is what the process spends on judging a message, `count_us` on counting it, `database_us` PostgreSQL;
`seconds` is their sum for so many recipients. Texts and consents are not asked here (bench/consents.py).
"""

import asyncio
import json
import random
import shutil
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

from rig import calibrate  # noqa: E402

from tidings.compliance.caps import CapSettings, asking_of, reserve  # noqa: E402
from tidings.compliance.caps.cap import pack  # noqa: E402
from tidings.compliance.caps.settings import CapSetting, account_caps  # noqa: E402
from tidings.compliance.geo import Permissions  # noqa: E402
from tidings.compliance.geo import decide as permitted  # noqa: E402
from tidings.compliance.judge import Question, judge, quiet_hours_by  # noqa: E402
from tidings.compliance.packs.pack import shipped  # noqa: E402
from tidings.compliance.quiet_hours import place_of  # noqa: E402
from tidings.compliance.quiet_hours.place import _area_codes  # noqa: E402
from tidings.compliance.verdict import Allowed, Refused, Traffic  # noqa: E402
from tidings.runtime.database import Connection, Database  # noqa: E402
from tidings.runtime.embedded_postgres import EmbeddedPostgres  # noqa: E402
from tidings.runtime.migrations import migrate  # noqa: E402

RECIPIENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 750_000
BATCH = 500
ACCOUNT = UUID(int=7)
NOON = datetime(2026, 11, 25, 19, tzinfo=UTC)  # a Wednesday, daytime in all of North America
SETTINGS = CapSettings(
    caps=[
        CapSetting(name="day", most=3, per_seconds=86_400),
        CapSetting(name="week", most=8, per_seconds=604_800),
    ],
    spacing_seconds=3600,
)
TAGS = {"campaign": "june", "topic": "shoes"}
CAPS = account_caps(
    SETTINGS,
    opened_at=NOON,
    version=1,
    changed_by="bench",
    laws=shipped().caps,
    homes=frozenset({"US", "CA"}),
)


def numbers() -> list[str]:
    codes = sorted(_area_codes())
    drawn = random.Random(5)
    found: set[str] = set()
    while len(found) < RECIPIENTS:
        found.add(f"+1{drawn.choice(codes)}{drawn.randrange(200, 1000)}{drawn.randrange(10_000):04d}")
    return sorted(found, key=lambda _: drawn.random())


async def fill(connection: Connection, people: list[str]) -> None:
    """Five past sends of each."""
    wish = CAPS.wish(Traffic.MARKETING, tags=TAGS)
    assert wish is not None
    kept = pack([wish.send(NOON - timedelta(days=1 + n, minutes=1)) for n in range(5)], now=NOON)
    for start in range(0, len(people), 20_000):
        rows = [(ACCOUNT, one, kept, NOON) for one in people[start : start + 20_000]]
        await connection.copy_records_to_table(
            "cap_counts", records=rows, columns=["account", "recipient", "sends", "last_at"]
        )
    await connection.execute("vacuum analyze cap_counts", timeout=600)


async def run(connection: Connection, people: list[str]) -> dict[str, float]:
    backend = psutil.Process(await connection.fetchval("select pg_backend_pid()"))
    permissions, deciders = Permissions({}, shipped().destinations), [quiet_hours_by(shipped().quiet_hours)]
    before, begun, counting, allowed = sum(backend.cpu_times()[:2]), time.process_time(), 0.0, 0
    for start in range(0, len(people), BATCH):
        asking = []
        for number in people[start : start + BATCH]:
            place = place_of(number)
            if isinstance(permitted(permissions, country="US", calling_code="1"), Refused):
                continue
            question = Question(
                account=ACCOUNT,
                sender="+14155550100",
                sender_kind="long_code",
                service=None,
                recipient=number,
                country="US",
                traffic=Traffic.MARKETING,
                body="Sale",
                at=NOON,
                place=place,
            )
            if isinstance(judge(question, deciders), Allowed):
                asked = asking_of(
                    CAPS,
                    account=ACCOUNT,
                    recipient=number,
                    traffic=Traffic.MARKETING,
                    at=NOON,
                    states=frozenset(place.states),
                    country="US",
                    tags=TAGS,
                    asked_at=NOON,
                )
                if asked is not None:
                    asking.append(asked)
        turn = time.process_time()
        async with connection.transaction():
            verdicts = await reserve(connection, asking)
        counting += time.process_time() - turn
        allowed += sum(isinstance(one, Allowed) for one in verdicts)
    spent, database = time.process_time() - begun, sum(backend.cpu_times()[:2]) - before
    each = 1e6 / len(people)
    return {
        "judge_us": round((spent - counting) * each, 2),
        "count_us": round(counting * each, 2),
        "database_us": round(database * each, 2),
        "seconds": round(spent + database, 2),
        "allowed": round(allowed / len(people), 3),
    }


async def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres")
    await asyncio.to_thread(server.start)
    try:
        await migrate(server.url, now=NOON)
        people = numbers()
        db = await Database.connect(server.url, application_name="bench", largest=1)
        async with db.connection() as connection:
            await fill(connection, people)
            found = await run(connection, people)
        await db.close()
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({"bench": "whole_gate", "recipients": RECIPIENTS, "calibration": calibrate(), **found}))


if __name__ == "__main__":
    uvloop.run(main())
