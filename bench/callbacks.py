"""CPU per status callback: the courier of webhooks beside aiohttp, both signing, both posting to one endpoint.

The endpoint is another process and its CPU is not counted. Run: python bench/callbacks.py [--callbacks N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import cast
from uuid import UUID, uuid4

import aiohttp
import uvloop

from tidings.messages import CallbackTarget
from tidings.webhooks.callback import encode, form_of, idempotency_token
from tidings.webhooks.connect import Connect
from tidings.webhooks.courier import Courier
from tidings.webhooks.delivery import Delivery, Stage
from tidings.webhooks.destination import parse
from tidings.webhooks.host import Limits
from tidings.webhooks.parcel import Parcel
from tidings.webhooks.signature import sign_form

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n"
    b"Date: Tue, 24 Nov 2026 00:00:00 GMT\r\n\r\n"
)
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
PAGE = 500


class Endpoint(asyncio.Protocol):
    """Answers each request when its body is there and the delay is over, trusting the client not to pipeline."""

    def __init__(self, delay_seconds: float = 0.0) -> None:
        self.delay_seconds = delay_seconds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.got = b""

    def data_received(self, data: bytes) -> None:
        self.got += data
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().index(b"content-length: ") + 16
        if len(body) >= int(head[at:].split(b"\r\n", 1)[0]):
            self.got = b""
            if self.delay_seconds:
                asyncio.get_running_loop().call_later(self.delay_seconds, self.transport.write, ANSWER)
            else:
                self.transport.write(ANSWER)


def serve(ready: Connection, delay_seconds: float = 0.0) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Endpoint(delay_seconds), "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(main())


async def with_courier(target: CallbackTarget, callbacks: int) -> None:
    assert target.url is not None
    url = target.url
    destination = parse(url)
    assert destination is not None
    async with Courier(
        Connect(allow_private=True), limits=Limits(), on_attempt=lambda took, failure: None
    ) as courier:
        for start in range(0, callbacks, PAGE):
            left = PAGE
            done = asyncio.get_running_loop().create_future()

            def rest(delivery: Delivery) -> None:
                nonlocal left
                assert delivery.stage is Stage.DELIVERED, delivery.code
                left -= 1
                if not left:
                    done.set_result(None)  # noqa: B023 - it is awaited before the next page

            for seq in range(start, start + PAGE):
                message = UUID(int=seq)
                parcel = Parcel(
                    key=(1, 1, seq),
                    account=target.account,
                    message=message,
                    status="delivered",
                    url=url,
                    form=form_of("delivered", message, {"done_date": "2611240310"}, target),
                )
                delivery = Delivery(parcel, destination, auth_token=AUTH_TOKEN)
                delivery.on_rest = rest
                courier.send(delivery)
            await done


async def with_aiohttp(target: CallbackTarget, callbacks: int) -> None:
    assert target.url is not None
    url = target.url
    connector = aiohttp.TCPConnector(limit=128)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept-Encoding", "Accept"),
    ) as session:

        async def post(seq: int) -> None:
            message = UUID(int=seq)
            form = form_of("delivered", message, {"done_date": "2611240310"}, target)
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": sign_form(AUTH_TOKEN, url, form),
                "I-Twilio-Idempotency-Token": idempotency_token(1, 1, seq),
            }
            assert target.url is not None
            async with session.post(
                target.url, data=encode(form), headers=headers, allow_redirects=False
            ) as got:
                assert got.status == 200
                await got.read()

        for start in range(0, callbacks, PAGE):
            await asyncio.gather(*(post(seq) for seq in range(start, start + PAGE)))


def measure(
    run: Callable[[CallbackTarget, int], Awaitable[None]], target: CallbackTarget, callbacks: int
) -> dict[str, float]:
    async def main() -> tuple[float, float]:
        await run(target, PAGE)
        cpu, wall = time.process_time(), time.perf_counter()
        await run(target, callbacks)
        return time.process_time() - cpu, time.perf_counter() - wall

    cpu, wall = uvloop.run(main())
    return {"cpu_us": cpu / callbacks * 1e6, "per_second": callbacks / wall}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--callbacks", type=int, default=5_000)
    callbacks = arguments.parse_args().callbacks // PAGE * PAGE
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    target = CallbackTarget(
        id=uuid4(),
        account=uuid4(),
        sender="+15005550006",
        recipient="+14155550123",
        service=None,
        segments=1,
        priority=1,
        url=f"http://127.0.0.1:{ours.recv()}/status?source=tidings",
    )
    result = {}
    for name, run in (("courier", with_courier), ("aiohttp", with_aiohttp)):
        rounds = [measure(run, target, callbacks) for _ in range(3)]
        result[f"{name}_cpu_us"] = round(statistics.median(each["cpu_us"] for each in rounds), 1)
        result[f"{name}_per_second"] = round(statistics.median(each["per_second"] for each in rounds), 1)
    server.terminate()
    print(json.dumps({"bench": "callbacks", "callbacks": callbacks, "median": result}))


if __name__ == "__main__":
    main()
