"""Accepting alone: requests a second that are durable before the answer, with the lane paused.

Over as many connections as a company's servers hold open at a busy time: fewer of them wait for the commit in turn.
Beside it stands what the same web server answers in that moment with nothing behind it.
"""

import uvloop
from bare import bare_rate, bare_server
from rig import ROUNDS, Home, Load, calibrate, cpu_ms_per_message, create_head, home, report, say

COUNT = 20_000
CONNECTIONS = 128


async def round_of(at: Home, bare: int, count: int) -> dict[str, float]:
    host, port, head = create_head(at.ready)

    def body(i: int) -> bytes:
        to = f"%2B316{20_000_000 + 100 * i + 50:08d}"
        return f"To={to}&From=55501&Body=m{i:07d}+Your+code+is+482913.+Do+not+share+it+with+anyone.".encode()

    load, beside = (Load(host, port, head, body, count, connections=CONNECTIONS) for _ in range(2))
    speed = calibrate()
    bare_per_second = await bare_rate(bare, beside)
    before = at.cpu_seconds()
    seconds = await load.run()
    cpu = cpu_ms_per_message(before, at.cpu_seconds(), count)
    return cpu | {
        "accepted_per_second": round(load.answered / seconds, 1),
        "bare_per_second": bare_per_second,
        "share_of_bare": round(load.answered / seconds / bare_per_second, 3),
        "p50_ms": load.milliseconds(0.5),
        "p99_ms": load.milliseconds(0.99),
        "refused": load.refused,
        "calibration_seconds": speed,
    }


async def main() -> None:
    with home() as at, bare_server() as bare:
        at.tidings("lanes", "set", "55501", "--mps", "1000000")
        at.tidings("lanes", "pause", "55501")
        say("warming up")
        await round_of(at, bare, 1_000)
        rounds = []
        for n in range(ROUNDS):
            rounds.append(await round_of(at, bare, COUNT))
            say(f"round {n + 1}: {rounds[-1]}")
        report("accept", rounds, requests=COUNT, connections=CONNECTIONS)


uvloop.run(main())
