"""/healthz and /metrics for a process that serves nothing else, on loopback."""

import asyncio
from collections.abc import Awaitable, Callable

HEAD_LIMIT_BYTES = 8_192
HEAD_WITHIN_SECONDS = 5.0


async def serve_health(
    port: int, *, healthy: Callable[[], Awaitable[bool]], metrics: Callable[[], tuple[bytes, str]]
) -> asyncio.Server:
    """A server that is to be closed by whoever asked for it. `metrics` gives a page and its content type."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_WITHIN_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(await _answer_to(head.split(b" ", 2)[1:2], healthy, metrics))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # the asker went away, or never asked
        finally:
            writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", port, limit=HEAD_LIMIT_BYTES)


async def _answer_to(
    path: list[bytes], healthy: Callable[[], Awaitable[bool]], metrics: Callable[[], tuple[bytes, str]]
) -> bytes:
    status, body, kind = b"404 Not Found", b"", "text/plain"
    if path == [b"/healthz"]:
        well = await healthy()
        status = b"200 OK" if well else b"503 Service Unavailable"
        body, kind = b'{"status":"%s"}' % (b"ok" if well else b"unavailable"), "application/json"
    elif path == [b"/metrics"]:
        body, kind = metrics()
        status = b"200 OK"
    head = f"\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return b"HTTP/1.1 " + status + head.encode() + body
