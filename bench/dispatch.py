"""Dispatching alone: a queue that is full already empties through SMPP, with every receipt stored."""

import asyncio
import json
import time
import urllib.request

import uvloop
from rig import ROUNDS, Home, Load, calibrate, cpu_ms_per_message, create_head, home, report, say

COUNT = 40_000


def receipts(at: Home) -> int:
    with urllib.request.urlopen(at.ready["simulator"]["control_url"] + "/stats", timeout=5) as answer:
        return int(json.load(answer)["receipts"]["acknowledged"])


async def round_of(at: Home, count: int) -> dict[str, float]:
    host, port, head = create_head(at.ready)

    def body(i: int) -> bytes:
        return (
            f"To=%2B316{20_000_000 + 100 * i + 50:08d}&From=55501&Body=m{i:07d}+Your+code+is+482913.".encode()
        )

    at.tidings("lanes", "pause", "55501")
    load = Load(host, port, head, body, count)
    await load.run()
    speed, done = calibrate(), receipts(at)
    at.tidings("lanes", "resume", "55501")
    before, start = at.cpu_seconds(), time.perf_counter()
    while receipts(at) < done + load.answered and time.perf_counter() < start + 60:
        await asyncio.sleep(0.05)
    seconds = time.perf_counter() - start
    return cpu_ms_per_message(before, at.cpu_seconds(), count) | {
        "messages_per_second": round(load.answered / seconds, 1),
        "calibration_seconds": speed,
    }


async def main() -> None:
    with home() as at:
        at.tidings("lanes", "set", "55501", "--mps", "1000000")
        say("warming up")
        await round_of(at, 1_000)
        rounds = []
        for n in range(ROUNDS):
            rounds.append(await round_of(at, COUNT))
            say(f"round {n + 1}: {rounds[-1]}")
        report("dispatch", rounds, messages=COUNT)


uvloop.run(main())
