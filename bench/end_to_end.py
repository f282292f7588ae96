"""From request to callback: 32 connections, one request a message, receipts stored, every callback delivered.

Direct sends and sends through a messaging service take turns in one run. The latter choose their sender from a pool of
three, remember it for the person, and have a third callback each (queued).
"""

import json
import time
import urllib.request
from collections.abc import Callable

import uvloop
from rig import ROUNDS, Home, Load, Sink, calibrate, cpu_ms_per_message, create_head, home, report, say

COUNT = 10_000


def direct(i: int) -> str:
    return f"To=%2B316{20_000_000 + 100 * i + 50:08d}&From=55501"


def through(service: str) -> Callable[[int], str]:
    """To numbers of the US, which the pool's short code reaches."""
    return lambda i: f"To=%2B1212{300 + i // 9_000}{1_000 + i % 9_000}&MessagingServiceSid={service}"


def demo_service(at: Home) -> str:
    _, _, head = create_head(at.ready)
    credential = next(line for line in head.decode().split("\r\n") if line.startswith("Authorization: "))
    asked = urllib.request.Request(
        at.ready["base_url"] + "/messaging/v1/Services",
        headers={"Authorization": credential.removeprefix("Authorization: ")},
    )
    with urllib.request.urlopen(asked) as answer:
        return str(json.load(answer)["services"][0]["sid"])


async def round_of(at: Home, sink: Sink, count: int, addresses: Callable[[int], str]) -> dict[str, float]:
    host, port, head = create_head(at.ready)
    callback = f"http%3A%2F%2F127.0.0.1%3A{sink.port}%2Fstatus"

    def body(i: int) -> bytes:
        return (
            f"{addresses(i)}&StatusCallback={callback}"
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
        service = through(demo_service(at))
        for addresses in (direct, service):
            await round_of(at, sink, 1_000, addresses)
        rounds: dict[str, list[dict[str, float]]] = {"end_to_end": [], "end_to_end through a service": []}
        for n in range(ROUNDS):
            for (name, found), addresses in zip(rounds.items(), (direct, service), strict=True):
                found.append(await round_of(at, sink, COUNT, addresses))
                say(f"{name}, round {n + 1}: {found[-1]}")
        for name, found in rounds.items():
            report(name, found, messages=COUNT, connections=32, memory_mb=at.memory_mb())


uvloop.run(main())
