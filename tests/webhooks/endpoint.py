"""An endpoint on a real socket that behaves as its path says, and remembers what it was sent."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Self
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator


@dataclass(frozen=True, slots=True)
class Call:
    at: float
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    url: str
    """As the endpoint sees it: how a web framework would give it to the validator."""

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def token(self) -> str:
        return self.headers["i-twilio-idempotency-token"]

    def is_signed_with(self, auth_token: str) -> bool:
        """What the official validator says."""
        return bool(
            RequestValidator(auth_token).validate(self.url, self.form, self.headers["x-twilio-signature"])
        )

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


@dataclass(slots=True)
class Endpoint:
    """Paths: /ok, /hang, /close, /cut (closes in mid-answer), /status/N, /loop, /garbage, /endless, /until-close,
    /to?URL (redirects there with 307), /see?URL (the same with 303), /basic and /digest (user `u`, password `p`),
    /flaky (500 at first, then 200), /slow (half a second); and those of `answers`: content type and body."""

    calls: list[Call] = field(default_factory=list)
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    connections: int = 0
    port: int = 0
    scheme: str = "http"
    close_after_answer: bool = False
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def base(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def listen(self, *, tls: ssl.SSLContext | None = None, port: int = 0) -> Self:
        self.scheme = "https" if tls else "http"
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def to(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.target.partition("?")[0] == path]

    async def heard(self, count: int, path: str | None = None, *, within: float = 30.0) -> list[Call]:
        """Waits until so many calls have come; the answer may hold more."""
        until = monotonic() + within
        while True:
            calls = self.calls if path is None else self.to(path)
            if len(calls) >= count:
                return calls
            assert monotonic() < until, f"{len(calls)} of {count} calls came in {within} s"
            await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; true when the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        url = f"{self.scheme}://{headers['host']}{target}"
        call = Call(monotonic(), method, target, headers, body, url)
        self.calls.append(call)
        answer = await self._answer(call)
        if answer is None:
            return False
        writer.write(answer)
        await writer.drain()
        path = target.partition("?")[0]
        if path == "/endless":
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        return not self.close_after_answer and path not in ("/cut", "/until-close")

    async def _answer(self, call: Call) -> bytes | None:
        path, _, query = call.target.partition("?")
        if path == "/slow":
            await asyncio.sleep(0.5)
        if path in self.answers:
            kind, body = self.answers[path]
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            return head.encode() + body
        if path == "/hang":
            await asyncio.Event().wait()
        if path == "/close":
            return None
        if path == "/flaky" and len(self.to("/flaky")) == 1:
            return _answer(500)
        if path.startswith("/status/"):
            return _answer(int(path.removeprefix("/status/")))
        if path in ("/basic", "/digest") and not call.headers.get("authorization", "").lower().startswith(
            path[1:]
        ):
            challenge = (
                'Basic realm="r"'
                if path == "/basic"
                else 'Digest realm="r", nonce="n", qop="auth", opaque="o"'
            )
            return _answer(401, f"WWW-Authenticate: {challenge}")
        return {
            "/cut": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
            "/until-close": b"HTTP/1.0 200 OK\r\n\r\nall there is",
            "/garbage": b"SSH-2.0-OpenSSH_9.2\r\n",
            "/endless": b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n",
            "/loop": _answer(302, "Location: /loop"),
            "/lost": _answer(302),
            "/to": _answer(307, f"Location: {query}"),
            "/see": _answer(303, f"Location: {query}"),
        }.get(path, _answer(200))


def _answer(status: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", "Content-Length: 2", *headers, "", "ok"]
    return "\r\n".join(lines).encode()
