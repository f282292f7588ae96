"""The web role's servers: clear and sealed, patient for so long and no longer, and polite at the end."""

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tidings.web.api.http_protocol import WHOLE
from tidings.web.authority import ensure_authority
from tidings.web.listening import Patience, Sealed, listen, serve_http


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        if not message["more_body"]:
            break
    if scope["path"] == "/slow":
        await asyncio.sleep(0.3)
    if scope["path"] == "/whole":
        await scope[WHOLE](200, [(b"content-length", b"0")], b"")
        return
    answer = f"{scope['scheme']} {len(body)}".encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]}
    )
    await send({"type": "http.response.body", "body": answer})


@asynccontextmanager
async def serving(*, sealed: Sealed | None = None) -> AsyncIterator[tuple[int, asyncio.Event]]:
    clear = listen("127.0.0.1", 0)
    port = clear.getsockname()[1]
    stopping, ready = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as crew:
        crew.create_task(
            serve_http(
                app,
                clear=clear,
                sealed=sealed,
                patience=Patience(request_seconds=0.4),
                trusted_proxies="",
                stopping=stopping,
                ready=ready.set,
            )
        )
        await ready.wait()
        yield port, stopping
        stopping.set()


async def exchange(port: int, request: bytes, **tls: Any) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **tls)
    writer.write(request)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b"cut off"
    finally:
        writer.close()


async def test_one_application_answers_in_clear_and_over_tls(tmp_path: Path) -> None:
    files = ensure_authority(tmp_path, now=datetime.now(UTC))
    listener = listen("127.0.0.1", 0)
    tls_port = listener.getsockname()[1]
    request = b"GET / HTTP/1.1\r\nHost: api.twilio.com\r\nConnection: close\r\n\r\n"
    async with serving(sealed=Sealed(listener, files.leaf, files.leaf_key)) as (port, _):
        assert (await exchange(port, request)).endswith(b"http 0")
        context = ssl.create_default_context(cafile=str(files.ca))
        over_tls = await exchange(tls_port, request, ssl=context, server_hostname="api.twilio.com")
        assert over_tls.endswith(b"https 0")


async def test_a_whole_request_may_be_answered_late() -> None:
    async with serving() as (port, _):
        request = b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _again in range(2):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(6) == b"http 0"
            await asyncio.sleep(0.3)
        writer.close()


async def test_stopping_answers_what_is_under_way() -> None:
    async with serving() as (port, stopping):
        asked = asyncio.create_task(exchange(port, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"))
        await asyncio.sleep(0.1)
        stopping.set()
        assert (await asked).endswith(b"http 0")


async def test_what_a_whole_answer_leaves_behind_waits_for_no_collection_of_garbage() -> None:
    async with serving() as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            gc.collect()
            gc.disable()
            for _again in range(100):
                writer.write(b"GET /whole HTTP/1.1\r\nHost: a\r\n\r\n")
                await reader.readuntil(b"\r\n\r\n")
            assert gc.collect() < 100
        finally:
            gc.enable()
            writer.close()
