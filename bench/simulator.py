"""What the simulated carrier costs: CPU per message with its receipt, and the memory of its log.

    python bench/simulator.py [--messages N] [--per-second N] [--runs N]

A bare client in this process submits, as fast as a window of 64 allows or at a rate, and acknowledges
every receipt; the simulator runs in another process and tells its own CPU time. Prints one JSON object:
medians of the runs, CPU first.
"""

import argparse
import asyncio
import json
import multiprocessing
import resource
import statistics
import time
from multiprocessing.connection import Connection
from typing import cast

import aiohttp
import uvloop

from tidings.carriers.simulator.serve import Addresses, SimulatorSettings, serve
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import Answer, Bind, BindMode, DeliverSm, SubmitSm

TEXT = b"Your code is 482913. Do not share it with anyone. Ref %05d"
WINDOW = 64
BREATH_SECONDS = 0.003


def simulate(pipe: Connection) -> None:
    """The other process: a simulator, until the pipe says to end."""

    async def main() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_reader(pipe.fileno(), stop.set)
        settings = SimulatorSettings(system_id="bench", password="bench")
        await serve(settings, ready=pipe.send, stop=stop)

    uvloop.run(main())
    pipe.recv()
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


class Client(asyncio.Protocol):
    """Submits, and acknowledges what comes."""

    def __init__(self, messages: int, *, eager: bool) -> None:
        self.bound, self.done = asyncio.Event(), asyncio.Event()
        self.sent = 0
        self._messages, self._eager = messages, eager
        self._answered = self._receipts = 0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(Bind(BindMode.TRANSCEIVER, "bench", "bench", sequence=1).encode())

    def data_received(self, data: bytes) -> None:
        pdus, used = wire.decode(self._buffer + data)
        self._buffer = (self._buffer + data)[used:]
        out = []
        for pdu in pdus:
            if isinstance(pdu, DeliverSm):
                self._receipts += 1
                out.append(Answer(wire.DELIVER_SM_RESP, pdu.sequence).encode())
            elif isinstance(pdu, Answer) and pdu.command == wire.SUBMIT_SM_RESP:
                self._answered += 1
            else:
                self.bound.set()
        if out:
            self._transport.write(b"".join(out))
        if self._receipts >= self._messages:
            self.done.set()
        elif self._eager and self.sent:
            self.submit(WINDOW - (self.sent - self._answered))

    def submit(self, count: int) -> None:
        out = []
        for _ in range(min(count, self._messages - self.sent)):
            self.sent += 1
            out.append(
                SubmitSm(
                    "55501",
                    f"1415{self.sent % 1000:03}2345",
                    TEXT % self.sent,
                    registered_delivery=1,
                    destination_ton=1,
                    destination_npi=1,
                    source_ton=3,
                    sequence=self.sent + 1,
                ).encode()
            )
        if out:
            self._transport.write(b"".join(out))


async def measure(addresses: Addresses, messages: int, per_second: float) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession(addresses.control_url) as control:

        async def cpu_seconds() -> float:
            async with control.get("/stats") as answer:
                return float((await answer.json())["cpu_seconds"])

        _, client = await loop.create_connection(
            lambda: Client(messages, eager=per_second == 0), addresses.smpp_host, addresses.smpp_port
        )
        await client.bound.wait()
        cpu, began = await cpu_seconds(), time.monotonic()
        client.submit(WINDOW)
        while per_second and client.sent < messages:
            await asyncio.sleep(BREATH_SECONDS)
            client.submit(int((time.monotonic() - began) * per_second) - client.sent)
        await client.done.wait()
        took = time.monotonic() - began
        return {
            "cpu_us_per_message": (await cpu_seconds() - cpu) / messages * 1e6,
            "messages_per_second": messages / took,
        }


def run(messages: int, per_second: float) -> dict[str, float]:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=simulate, args=(theirs,))
    process.start()
    try:
        figures = uvloop.run(measure(ours.recv(), messages, per_second))
        ours.send("end")
        return figures | {"peak_megabytes": ours.recv()}
    finally:
        process.join(10)
        process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=30_000)
    parser.add_argument("--per-second", type=float, default=0.0, help="0: as fast as the window allows")
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    runs = [run(chosen.messages, chosen.per_second) for _ in range(chosen.runs)]
    medians = {key: round(statistics.median(one[key] for one in runs), 1) for key in runs[0]}
    print(json.dumps({"bench": "simulator", **medians, "messages": chosen.messages, "runs": chosen.runs}))


if __name__ == "__main__":
    main()
