"""A carrier over HTTP in the loop of the test: it answers as it is told, and remembers what it read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from tidings.carriers.connector import Handover, Outcome
from tidings.carriers.http.connector import HttpConnector

Answering = Callable[["Counter", web.Request, bytes], Awaitable[web.StreamResponse]]


def json_answer(body: object, status: int = 200, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return web.Response(
        status=status, body=msgspec.json.encode(body), headers=named, content_type="application/json"
    )


async def take(counter: "Counter", request: web.Request, body: bytes) -> web.StreamResponse:
    """Takes everything, with an id by order."""
    return json_answer({"id": f"m{len(counter.read)}"})


@dataclass
class Counter:
    answering: Answering = take
    url: str = ""
    read: list[dict[str, Any]] = field(default_factory=list)
    most_at_once: int = 0
    _at_once: int = 0

    async def hear(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.read.append(
            {
                "path": request.path,
                "headers": dict(request.headers),
                "body": body,
                "query": request.query_string,
            }
        )
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await self.answering(self, request, body)
        finally:
            self._at_once -= 1


@asynccontextmanager
async def counter(answering: Answering = take, *, port: int = 0) -> AsyncIterator[Counter]:
    built = Counter(answering)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", built.hear)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    built.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield built
    await runner.cleanup()


@dataclass
class Hand:
    """Hands messages over and keeps what became of each, in the order that it was told."""

    connector: HttpConnector
    told: list[tuple[Handover, Outcome]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def over(self, *messages: Handover) -> None:
        for message in messages:
            self.connector.hand_over(message, self._done)
        self.connector.flush()

    def _done(self, message: Handover, outcome: Outcome) -> None:
        self.told.append((message, outcome))
        self.news.set()

    async def outcomes(self, count: int) -> list[Outcome]:
        """So many outcomes, in order of the messages' ids."""
        async with asyncio.timeout(20):
            while len(self.told) < count:
                self.news.clear()
                await self.news.wait()
        return [outcome for _, outcome in sorted(self.told, key=lambda pair: pair[0].id)]
