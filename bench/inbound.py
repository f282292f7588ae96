"""People who write: from SMPP to the webhook's answer, every message stored first. Is 2,000 a second kept up with?

Messages are offered at a steady rate, whatever becomes of them; a round is kept up with when the webhook of its last
message came within two seconds of the message. Carrier and endpoint are this process, whose CPU is not counted.
Run: python bench/inbound.py [--rate N] [--seconds N] [--replies]
"""

import argparse
import asyncio
import base64
import json
import time
import urllib.parse
import urllib.request
from typing import Any, cast

import uvloop
from rig import ROUNDS, Home, calibrate, cpu_ms_per_message, home, report, say

from tidings.carriers.simulator.personality import Personality
from tidings.carriers.simulator.smsc import Smsc

NUMBER = "55501"
EMPTY = b"<Response/>"
REPLY = b"<Response><Message>Thank you, we have it.</Message></Response>"


class People:
    """Who writes, and who is told of it: when each message was offered, and when its webhook came."""

    def __init__(self) -> None:
        self.offered: dict[int, float] = {}
        self.told: dict[int, float] = {}
        self.again = 0
        self.answer = EMPTY

    async def write(self, smsc: Smsc, numbers: range, *, rate: float) -> None:
        """Offer them at a steady rate, in slices of a hundredth of a second."""
        start, n = time.perf_counter(), 0
        while n < len(numbers):
            due = min(len(numbers), int((time.perf_counter() - start) * rate) + 1)
            for number in numbers[n:due]:
                self.offered[number] = time.perf_counter()
                smsc.receive_from_phone(
                    source=person(number), destination=NUMBER, text=f"q{number:07d} open?"
                )
            n = due
            await asyncio.sleep(0.01)

    async def all_told(self, numbers: range, *, seconds: float) -> bool:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            if all(number in self.told for number in numbers):
                return True
            await asyncio.sleep(0.05)
        return False


def person(number: int) -> str:
    return f"+316{20_000_000 + 100 * number + 50:08d}"


class Endpoint(asyncio.Protocol):
    """Answers each webhook with TwiML at once, trusting the client not to pipeline."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.got += data
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().index(b"content-length: ") + 16
        if len(body) < int(head[at:].split(b"\r", 1)[0]):
            return
        self.got = b""
        at = body.index(b"Body=q") + 6
        number = int(body[at : at + 7])
        if self.people.told.setdefault(number, time.perf_counter()) and b"SmsStatus=received" not in body:
            raise AssertionError(body)
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%b"
            % (len(self.people.answer), self.people.answer)
        )


def ask(at: Home, path: str, **form: str) -> dict[str, Any]:
    """A request to the API of the home; a form makes it a POST."""
    pair = f"{at.ready['account_sid']}:{at.ready['auth_token']}".encode()
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(at.ready["base_url"] + path, data=data)
    request.add_header("Authorization", "Basic " + base64.b64encode(pair).decode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


async def round_of(at: Home, smsc: Smsc, people: People, numbers: range, rate: float) -> dict[str, float]:
    speed, before = calibrate(), at.cpu_seconds()
    start = time.perf_counter()
    await people.write(smsc, numbers, rate=rate)
    complete = await people.all_told(numbers, seconds=60)
    cpu = cpu_ms_per_message(before, at.cpu_seconds(), len(numbers))
    told = [number for number in numbers if number in people.told]
    waits = sorted(people.told[number] - people.offered[number] for number in told)
    seconds = max(people.told[number] for number in told) - start
    late = people.told.get(numbers[-1], 1e9) - people.offered[numbers[-1]]
    return cpu | {
        "offered_per_second": rate,
        "told_per_second": round(len(told) / seconds, 1),
        "kept_up": int(complete and late < 2.0),
        "complete": int(complete),
        "wait_p50_ms": round(1000 * waits[len(waits) // 2], 1),
        "wait_p99_ms": round(1000 * waits[int(0.99 * len(waits))], 1),
        "calibration_seconds": speed,
    }


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rate", type=float, default=2_000.0)
    arguments.add_argument("--seconds", type=float, default=8.0)
    arguments.add_argument("--replies", action="store_true", help="each webhook is answered with a message")
    chosen = arguments.parse_args()
    loop = asyncio.get_running_loop()
    people = People()
    people.answer = REPLY if chosen.replies else EMPTY
    server = await loop.create_server(lambda: Endpoint(people), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    smsc = Smsc(
        system_id="tidings",
        password="secret",
        personality=Personality(),
        seed=1,
        first_message_id=time.time_ns() // 1000,
        visit=lambda _text, _opener: None,
        loop=loop,
    )
    carrier = await smsc.open("127.0.0.1", 0)
    environ = {
        "TIDINGS_CARRIER_URL": f"smpp://tidings:secret@127.0.0.1:{carrier}",
        "TIDINGS_CALLBACKS_ALLOW_PRIVATE": "true",
    }
    up = home("--no-simulator", environ=environ)
    at = await asyncio.to_thread(up.__enter__)
    try:
        await asyncio.to_thread(at.tidings, "lanes", "set", NUMBER, "--mps", "1000000")
        (service,) = (await asyncio.to_thread(ask, at, "/messaging/v1/Services"))["services"]
        path = f"/messaging/v1/Services/{service['sid']}"
        await asyncio.to_thread(ask, at, path, InboundRequestUrl=f"http://127.0.0.1:{port}/sms")
        say("warming up")
        count = int(chosen.rate * chosen.seconds)
        await round_of(at, smsc, people, range(1_000), chosen.rate)
        rounds = []
        for n in range(ROUNDS):
            numbers = range(1_000 + n * count, 1_000 + (n + 1) * count)
            rounds.append(await round_of(at, smsc, people, numbers, chosen.rate))
            say(f"round {n + 1}: {rounds[-1]}")
        report("inbound", rounds, messages=count, replies=chosen.replies, memory_mb=at.memory_mb())
    finally:
        await asyncio.to_thread(up.__exit__, None, None, None)
        await smsc.close()
        server.close()


uvloop.run(main())
