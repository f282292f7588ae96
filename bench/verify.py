"""Verifications that are started, and codes that are checked, a second: durable before the answer.

Each person is asked once and says the right code once. Texts go through the demo account's messaging service, so that a
sender is chosen for each; the fraud guard is on, at its usual level. The dispatcher works beside, and no sender's pace
holds anything up.
"""

import base64
import json
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvloop
from rig import ROUNDS, Home, Load, calibrate, cpu_ms_per_message, home, report, say

COUNT = 6_000
CONNECTIONS = 64
CODE = "482913"
SENDERS = ("55501", "+14155550100", "+18885550100")
"""Of the demo service. At their own pace their queues would be longer than a code is good for, and this would measure
how codes fail."""


def post(at: Home, path: str, body: bytes) -> Any:
    pair = f"{at.ready['account_sid']}:{at.ready['auth_token']}".encode()
    request = urllib.request.Request(
        at.ready["base_url"] + path,
        data=body,
        headers={"Authorization": "Basic " + base64.b64encode(pair).decode()},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def head_of(at: Home, path: str) -> tuple[str, int, bytes]:
    host, _, port = at.ready["base_url"].removeprefix("http://").partition(":")
    pair = base64.b64encode(f"{at.ready['account_sid']}:{at.ready['auth_token']}".encode()).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Basic {pair}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
    )
    return host, int(port), head.encode()


def pace(at: Home, sender: str, mps: int) -> None:
    """Of all lanes of a sender but those of a campaign, which the command says are as they were (exit code 4)."""
    with suppress(RuntimeError):
        at.tidings("lanes", "set", sender, "--mps", str(mps))


async def load_of(at: Home, path: str, body: Callable[[int], bytes], count: int) -> tuple[Load, float]:
    load = Load(*head_of(at, path), body, count, connections=CONNECTIONS)
    return load, await load.run()


async def round_of(at: Home, service: str, first: int, count: int) -> dict[str, float]:
    def number(i: int) -> str:
        return f"%2B316{20_000_000 + 100 * (first + i) + 50:08d}"

    speed = calibrate()
    before = at.cpu_seconds()
    starts, start_seconds = await load_of(
        at,
        f"{service}/Verifications",
        lambda i: f"To={number(i)}&Channel=sms&CustomCode={CODE}".encode(),
        count,
    )
    between = at.cpu_seconds()
    checks, check_seconds = await load_of(
        at, f"{service}/VerificationCheck", lambda i: f"To={number(i)}&Code={CODE}".encode(), count
    )
    after = at.cpu_seconds()
    started = cpu_ms_per_message(before, between, count)
    checked = cpu_ms_per_message(between, after, count)
    return {
        "started_per_second": round(starts.answered / start_seconds, 1),
        "start_p50_ms": starts.milliseconds(0.5),
        "start_p99_ms": starts.milliseconds(0.99),
        "checked_per_second": round(checks.answered / check_seconds, 1),
        "check_p50_ms": checks.milliseconds(0.5),
        "check_p99_ms": checks.milliseconds(0.99),
        "refused": starts.refused + checks.refused,
        "calibration_seconds": speed,
        **{f"start_{key}": value for key, value in started.items()},
        **{f"check_{key}": value for key, value in checked.items()},
    }


async def main() -> None:
    with home() as at:
        for sender in SENDERS:
            pace(at, sender, 1_000_000)
        made = post(at, "/verify/v2/Services", b"FriendlyName=Bench&CustomCodeEnabled=true")
        service = f"/verify/v2/Services/{made['sid']}"
        say("warming up")
        await round_of(at, service, 0, 500)
        rounds = []
        for n in range(ROUNDS):
            rounds.append(await round_of(at, service, 1_000 + n * COUNT, COUNT))
            say(f"round {n + 1}: {rounds[-1]}")
        report("verify", rounds, verifications=COUNT, connections=CONNECTIONS)


if __name__ == "__main__":
    uvloop.run(main())
