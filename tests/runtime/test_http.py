"""The HTTP client is bounded in time, size and redirects, and reaches no private address unless allowed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tidings.runtime.http import Answered, HttpClient, HttpFailure, Kind, Patience, is_public

Door = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(door: Door) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", door)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient(allow_private=True)
    yield client
    await client.close()


@pytest.fixture
async def guarded() -> AsyncIterator[HttpClient]:
    client = HttpClient(allow_private=False)
    yield client
    await client.close()


async def test_an_answer_brings_status_headers_and_body(client: HttpClient) -> None:
    async def door(request: web.Request) -> web.Response:
        return web.Response(status=404, text=f"{request.method} {await request.text()}", headers={"X-A": "b"})

    async with serving(door) as base:
        answer = await client.send("POST", f"{base}/x?a=%2f+b#part", body=b"hello")
    assert isinstance(answer, Answered)
    assert (answer.status, answer.body, answer.headers["x-a"]) == (404, b"POST hello", "b")
    assert answer.url == f"{base}/x?a=%2f+b"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1"),
        *("ff02::1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::", "fec0::1", "no address"),
    ],
)
def test_addresses_inside_a_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("127.0.0.1", Kind.REFUSED_ADDRESS),
        ("localhost", Kind.REFUSED_ADDRESS),
        ("[::1]", Kind.REFUSED_ADDRESS),
        ("[::ffff:127.0.0.1]", Kind.REFUSED_ADDRESS),
        ("169.254.169.254", Kind.REFUSED_ADDRESS),
        ("0x7f.1", Kind.REFUSED_ADDRESS),
        ("2130706433", Kind.BAD_URL),
    ],
)
async def test_a_private_address_is_refused_however_it_is_written(
    guarded: HttpClient, host: str, kind: Kind
) -> None:
    answer = await guarded.send("GET", f"http://{host}:9/")
    assert isinstance(answer, HttpFailure)
    assert answer.kind is kind
    assert not answer.reached


async def test_redirects_are_followed_up_to_the_limit(client: HttpClient) -> None:
    async def door(request: web.Request) -> web.Response:
        left = int(request.path[1:])
        if left == 0:
            return web.Response(text=request.method)
        return web.Response(status=302 if left == 2 else 307, headers={"Location": f"/{left - 1}"})

    async with serving(door) as base:
        there = await client.send("POST", f"{base}/3", body=b"x", redirects=3)
        short = await client.send("POST", f"{base}/3", body=b"x", redirects=2)
        not_followed = await client.send("POST", f"{base}/1", body=b"x")
    assert isinstance(there, Answered)
    assert there.body == b"GET"
    assert isinstance(short, HttpFailure)
    assert short.kind is Kind.TOO_MANY_REDIRECTS
    assert isinstance(not_followed, Answered)
    assert not_followed.status == 307


async def test_credentials_stay_with_their_origin_and_each_hop_is_signed(client: HttpClient) -> None:
    seen: list[tuple[str | None, str | None]] = []

    async def last(request: web.Request) -> web.Response:
        seen.append((request.headers.get("Authorization"), request.headers.get("X-Signed")))
        return web.Response()

    async with serving(last) as other:

        async def first(request: web.Request) -> web.Response:
            seen.append((request.headers.get("Authorization"), request.headers.get("X-Signed")))
            return web.Response(status=307, headers={"Location": f"{other}/there"})

        async with serving(first) as base:
            await client.send(
                "POST",
                f"{base}/here",
                headers={"authorization": "Basic x"},
                redirects=1,
                sign=lambda method, url: {"X-Signed": f"{method} {url}"},
            )
    assert seen == [("Basic x", f"POST {base}/here"), (None, f"POST {other}/there")]


async def test_a_redirect_to_another_scheme_is_refused(client: HttpClient) -> None:
    async def door(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "file:///etc/passwd"})

    async with serving(door) as base:
        answer = await client.send("GET", base, redirects=5)
    assert isinstance(answer, HttpFailure)
    assert answer.kind is Kind.BAD_URL


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "http://", "nonsense", "http://[::1/", "http://a:99999/"]
)
async def test_what_is_no_http_url_is_refused(client: HttpClient, url: str) -> None:
    answer = await client.send("GET", url)
    assert isinstance(answer, HttpFailure)
    assert answer.kind is Kind.BAD_URL


async def test_a_slow_answer_ends_in_time(client: HttpClient) -> None:
    over = asyncio.Event()

    async def door(_: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async with serving(door) as base:
        for patience in (Patience(read=0.1), Patience(total=0.1)):
            answer = await client.send("GET", base, patience=patience)
            assert isinstance(answer, HttpFailure)
            assert answer.kind is Kind.READ_TIMEOUT
            assert answer.reached
        over.set()


async def test_an_endless_answer_is_cut_off(client: HttpClient) -> None:
    async def door(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
        except ConnectionError:
            return response

    async with serving(door) as base:
        answer = await client.send("GET", base, largest_answer_bytes=200_000)
    assert isinstance(answer, HttpFailure)
    assert answer.kind is Kind.TOO_LARGE


async def test_each_way_to_fail_has_its_name(client: HttpClient) -> None:
    async def kind(url: str) -> Kind:
        answer = await client.send("POST", url, body=b"x", patience=Patience(connect=2, read=2))
        assert isinstance(answer, HttpFailure)
        return answer.kind

    async def garble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        await writer.drain()
        writer.close()

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(garble, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await kind(f"http://127.0.0.1:{port}/") is Kind.PROTOCOL
        assert await kind(f"https://127.0.0.1:{port}/") is Kind.TLS
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await kind(f"http://127.0.0.1:{port}/") is Kind.DISCONNECTED
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert await kind(f"http://127.0.0.1:{closed.getsockname()[1]}/") is Kind.CONNECT
    assert await kind("http://nowhere.invalid/") is Kind.DNS
