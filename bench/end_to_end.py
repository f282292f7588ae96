"""From request to callback: 32 connections, one request a message, receipts stored, every callback delivered."""

import time

import uvloop
from rig import ROUNDS, Home, Load, Sink, calibrate, cpu_ms_per_message, create_head, home, report, say

COUNT = 10_000


async def round_of(at: Home, sink: Sink, count: int) -> dict[str, float]:
    host, port, head = create_head(at.ready)
    callback = f"http%3A%2F%2F127.0.0.1%3A{sink.port}%2Fstatus"

    def body(i: int) -> bytes:
        return (
            f"To=%2B316{20_000_000 + 100 * i + 50:08d}&From=55501&StatusCallback={callback}"
            f"&Body=m{i:07d}+Your+code+is+482913.+Do+not+share+it+with+anyone."
        ).encode()

    load = Load(host, port, head, body, count)
    already, calls, before, start = sink.delivered, sink.calls, at.cpu_seconds(), time.perf_counter()
    speed = calibrate()
    start = time.perf_counter()
    accept_seconds = await load.run()
    complete = await sink.wait_for(already + load.answered, seconds=60)
    seconds = sink.last_at - start
    cpu = cpu_ms_per_message(before, at.cpu_seconds(), count)
    return cpu | {
        "messages_per_second": round(load.answered / seconds, 1),
        "accepted_per_second": round(load.answered / accept_seconds, 1),
        "accept_p50_ms": load.milliseconds(0.5),
        "accept_p99_ms": load.milliseconds(0.99),
        "refused": load.refused,
        "callbacks_per_message": round((sink.calls - calls) / count, 3),
        "complete": int(complete),
        "calibration_seconds": speed,
    }


async def main() -> None:
    sink = Sink()
    await sink.open()
    with home() as at:
        at.tidings("lanes", "set", "55501", "--mps", "1000000")
        say("warming up")
        await round_of(at, sink, 1_000)
        rounds = []
        for n in range(ROUNDS):
            rounds.append(await round_of(at, sink, COUNT))
            say(f"round {n + 1}: {rounds[-1]}")
        report("end_to_end", rounds, messages=COUNT, connections=32, memory_mb=at.memory_mb())


uvloop.run(main())
