"""CPU of judging a campaign to different recipients, as the road out does: `Judging.judge_all` in batches of 500.

All of the gate is asked: geo permissions, quiet hours by what each number tells and by profiles, the linter, consent
(a million rows), and caps over five million past sends, which count every message durably. `gate_us` is the CPU of a
message, of which `process_us` is the process that judges, which also writes each verdict down as it is stored, and
`database_us` PostgreSQL; `seconds` is how long 750,000 take one process with two batches under way, by the clock.
`differing_us` is the same where every text differs and is linted by itself.
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
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psutil
import uvloop

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

from rig import calibrate  # noqa: E402

from tidings.cli.supervised import GARBAGE_THRESHOLDS  # noqa: E402
from tidings.compliance.caps import AccountCaps, CapSettings  # noqa: E402
from tidings.compliance.caps.cap import pack  # noqa: E402
from tidings.compliance.caps.settings import CapSetting, account_caps  # noqa: E402
from tidings.compliance.caps.settings_of import keep_settings  # noqa: E402
from tidings.compliance.gate import GateSettingsOf  # noqa: E402
from tidings.compliance.packs.in_force import content_in_force, quiet_hours_in_force  # noqa: E402
from tidings.compliance.packs.pack import shipped  # noqa: E402
from tidings.compliance.profiles.lookup import Profiles  # noqa: E402
from tidings.compliance.quiet_hours.place import _area_codes  # noqa: E402
from tidings.compliance.verdict import Traffic  # noqa: E402
from tidings.kernel.phone_number import country_of  # noqa: E402
from tidings.messages.agreements import Agreements  # noqa: E402
from tidings.messages.draft import Draft  # noqa: E402
from tidings.messages.judging import Asked, Judging  # noqa: E402
from tidings.messages.limits import Limits  # noqa: E402
from tidings.runtime.database import Connection, Database  # noqa: E402
from tidings.runtime.embedded_postgres import EmbeddedPostgres  # noqa: E402
from tidings.runtime.migrations import migrate  # noqa: E402

RECIPIENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
PEOPLE = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
BATCH, ROUNDS = 500, 5
ALL = 750_000
ACCOUNT = UUID(int=7)
NOON = datetime(2026, 11, 25, 19, tzinfo=UTC)  # a Wednesday, daytime in all of North America
SETTINGS = CapSettings(
    caps=[
        CapSetting(name="day", most=3, per_seconds=86_400),
        CapSetting(name="week", most=8, per_seconds=604_800),
    ],
    spacing_seconds=3600,
)
BODY = "Acme: 20% off all shoes until Sunday, in our shops and at acme.example/shoes. Reply STOP to opt out."
CONSENTED = """
insert into consents (account, recipient, scope, state, since, entry, reach, confirmed, method)
select $1, recipient, 'brand', 'granted', $2, n, 'scope', false, 'import'
from unnest($3::text[]) with ordinality as one (recipient, n)"""


def numbers() -> list[str]:
    codes = [one for one in sorted(_area_codes()) if country_of(f"+1{one}5551000") in ("US", "CA")]
    drawn = random.Random(5)
    found: set[str] = set()
    while len(found) < PEOPLE:
        found.add(f"+1{drawn.choice(codes)}{drawn.randrange(200, 1000)}{drawn.randrange(10_000):04d}")
    return sorted(found, key=lambda _: drawn.random())


def drafts(people: Sequence[str], *, differing: bool) -> list[Draft]:
    return [
        Draft(
            account=ACCOUNT,
            sender="+14155550100",
            sender_kind="long_code",
            sender_mps=1.0,
            sender_queue_limit_seconds=None,
            sender_country="US",
            recipient=number,
            calling_code="1",
            country=country_of(number),
            body=BODY.replace("20%", f"{n % 50}% and {n} points") if differing else BODY,
            ucs2=False,
            segments=1,
            priority=2,
            resend=False,
            validity_seconds=36_000,
            flow="june",
            tags={"campaign": "june", "topic": "shoes"},
        )
        for n, number in enumerate(people)
    ]


async def fill(connection: Connection, people: Sequence[str], caps: AccountCaps) -> None:
    """A consent and five past sends of each."""
    await connection.execute(
        "insert into accounts (id, friendly_name, created_at, updated_at) values ($1, 'bench', $2, $2)",
        ACCOUNT,
        NOON - timedelta(days=400),
    )
    await keep_settings(connection, ACCOUNT, SETTINGS, reason="bench", changed_by="bench", now=NOON)
    wish = caps.wish(Traffic.MARKETING, tags={"campaign": "may", "topic": "shoes"})
    assert wish is not None
    kept = pack([wish.send(NOON - timedelta(days=1 + n, minutes=1)) for n in range(5)], now=NOON)
    for start in range(0, len(people), 20_000):
        some = people[start : start + 20_000]
        await connection.copy_records_to_table(
            "cap_counts",
            records=[(ACCOUNT, one, kept, NOON) for one in some],
            columns=["account", "recipient", "sends", "last_at"],
        )
        await connection.execute(CONSENTED, ACCOUNT, NOON - timedelta(days=90), some)
    await connection.execute("vacuum analyze cap_counts", timeout=600)
    await connection.execute("vacuum analyze consents", timeout=600)


def cpu_seconds(postmaster: psutil.Process) -> float:
    """Of PostgreSQL, all its processes."""
    total = 0.0
    for one in [postmaster, *postmaster.children()]:
        times = one.cpu_times()
        total += times.user + times.system
    return total


async def judge_all(judging: Judging, batch: Sequence[Draft], at: datetime) -> int:
    judged = await judging.judge_all([Asked(one, at) for one in batch])
    return sum(one.refused is None and one.held_until is None for one in judged)


async def round_of(
    judging: Judging, people: Sequence[str], at: datetime, server: psutil.Process, *, differing: bool = False
) -> dict[str, float]:
    """Making the messages is no part of it."""
    batches = iter(
        [drafts(people[start : start + BATCH], differing=differing) for start in range(0, len(people), BATCH)]
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)  # as every process of Tidings has it
    let_pass = 0

    async def judge() -> None:
        nonlocal let_pass
        for batch in batches:
            passed = await judge_all(judging, batch, at)
            let_pass += passed  # not in one: the other's would be lost meanwhile

    database, own, begun = cpu_seconds(server), time.process_time(), time.perf_counter()
    await asyncio.gather(judge(), judge())
    own, lasted = time.process_time() - own, time.perf_counter() - begun
    database = cpu_seconds(server) - database
    gc.unfreeze()
    each = 1e6 / len(people)
    return {
        "gate_us": round((own + database) * each, 2),
        "process_us": round(own * each, 2),
        "database_us": round(database * each, 2),
        "seconds": round(lasted / len(people) * ALL, 2),
        "let_pass": round(let_pass / len(people), 3),
    }


async def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres")
    await asyncio.to_thread(server.start)
    try:
        await migrate(server.url, now=NOON)
        people = numbers()
        db = await Database.connect(server.url, application_name="bench", largest=4)
        postmaster = psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]))
        laws = shipped()
        judging = Judging(
            [quiet_hours_in_force(lambda _: laws), content_in_force(lambda _: laws)],
            GateSettingsOf(db, monotonic=time.monotonic),
            limits=Limits(db, monotonic=time.monotonic),
            profiles=Profiles(db),
            agreements=Agreements(db, laws=lambda _: laws.consent),
        )
        caps = account_caps(SETTINGS, opened_at=NOON, version=1, changed_by="bench", laws=laws.caps)
        async with db.connection() as connection:
            await fill(connection, people, caps)
        rounds = []
        share = min(RECIPIENTS, len(people) // (ROUNDS + 1))
        for n in range(ROUNDS):
            rounds.append(
                await round_of(
                    judging, people[n * share : (n + 1) * share], NOON + n * timedelta(minutes=1), postmaster
                )
            )
            print(f"round {n + 1}: {rounds[-1]}", file=sys.stderr)
        some, later = people[ROUNDS * share : ROUNDS * share + share // 4], NOON + timedelta(minutes=9)
        differing = await round_of(judging, some, later, postmaster, differing=True)
        await db.close()
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)
    medians = {name: round(statistics.median(one[name] for one in rounds), 2) for name in rounds[0]}
    print(
        json.dumps(
            {
                "bench": "whole_gate",
                "recipients": share * ROUNDS,
                "consents": len(people),
                "past_sends": len(people) * 5,
                "calibration": calibrate(),
                "median": {**medians, "differing_us": differing["gate_us"]},
                "rounds": rounds,
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
