"""A carrier over HTTP on a real socket: each message has one outcome, and what may have left is never called unsent."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import web
from tests.carriers.http.counter import Counter, Hand, counter, json_answer, take
from tests.carriers.http.files import PLAIN, changed, letter, text_of

from tidings.carriers.connector import Rejected, Taken, Throttled, Unknown, Unreachable
from tidings.carriers.http.carrier import HttpCarrier


@asynccontextmanager
async def hand(
    url: str, *, file: dict[str, Any] = PLAIN, rooms: list[int] | None = None, **given: object
) -> AsyncIterator[Hand]:
    """A connector for the plain carrier at `url`; `rooms` gets the room of each time that it appeared."""
    settings = {"spec": text_of(file), "key": "k", "api_url": url, "allow_private": True} | given
    carrier = HttpCarrier.parse("plain", settings, public_url=None)
    built = Hand(
        carrier.connector(on_room=lambda: rooms.append(built.connector.room) if rooms is not None else None)
    )
    await built.connector.open()
    yield built
    await built.connector.close()


async def test_a_message_is_taken_with_the_carriers_id() -> None:
    async with counter() as carrier, hand(carrier.url) as ours:
        ours.over(letter())
        assert await ours.outcomes(1) == [Taken(("m1",), "plain")]
    (read,) = carrier.read
    assert read["path"] == "/messages"
    assert read["headers"]["Authorization"] == "Bearer k"
    assert msgspec.json.decode(read["body"])["text"] == "Your table is ready."


async def test_no_more_requests_at_once_than_the_window_allows() -> None:
    async def slowly(carrier: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        await asyncio.sleep(0.02)
        return await take(carrier, request, body)

    async with counter(slowly) as carrier, hand(carrier.url) as ours:
        assert ours.connector.room == 4
        ours.over(*(letter(id=n) for n in range(12)))
        assert ours.connector.room == 0
        outcomes = await ours.outcomes(12)
        assert all(isinstance(outcome, Taken) for outcome in outcomes)
        assert carrier.most_at_once == 4
        assert ours.connector.room == 4


async def test_what_would_wait_too_long_is_given_back() -> None:
    async with counter() as carrier, hand(carrier.url, window=1) as ours:
        ours.over(*(letter(id=n) for n in range(10)))
        outcomes = await ours.outcomes(10)
    turned_away = [outcome for outcome in outcomes if isinstance(outcome, Unreachable)]
    assert len(turned_away) == 10 - 1 - 4
    assert len(carrier.read) == 5


async def test_an_answer_that_never_comes_is_a_doubt() -> None:
    async def never(carrier: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        await asyncio.sleep(30)
        raise AssertionError

    async with (
        counter(never) as carrier,
        hand(carrier.url, file=changed("calls.timeout_seconds", 0.2)) as ours,
    ):
        ours.over(letter())
        (outcome,) = await ours.outcomes(1)
        assert isinstance(outcome, Unknown)
        assert len(carrier.read) == 1


async def test_a_connection_that_breaks_after_the_request_is_a_doubt_and_nothing_is_sent_again() -> None:
    async def hang_up(carrier: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        assert request.transport is not None
        if len(carrier.read) == 1:
            return await take(carrier, request, body)
        request.transport.abort()
        return web.Response()

    async with counter(hang_up) as carrier, hand(carrier.url) as ours:
        ours.over(letter(id=1))
        await ours.outcomes(1)
        ours.over(letter(id=2))  # on the connection that was used before
        outcomes = await ours.outcomes(2)
        await asyncio.sleep(0.05)
        assert isinstance(outcomes[1], Unknown)
        assert len(carrier.read) == 2


@pytest.mark.parametrize(
    "answer", [b"", b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"id"', b"SSH-2.0-OpenSSH\r\n"]
)
async def test_half_an_answer_and_none_at_all_are_doubts(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, hand(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as ours:
        ours.over(letter())
        (outcome,) = await ours.outcomes(1)
        assert isinstance(outcome, Unknown), outcome


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


async def test_a_carrier_out_of_reach_gets_nothing_until_one_request_has_gone_well() -> None:
    port, rooms = free_port(), list[int]()
    async with hand(f"http://127.0.0.1:{port}", rooms=rooms) as ours:
        ours.over(*(letter(id=n) for n in range(8)))
        outcomes = await ours.outcomes(8)
        assert all(isinstance(outcome, Unreachable) for outcome in outcomes)
        assert ours.connector.room == 0
        ours.over(letter(id=8))
        assert isinstance((await ours.outcomes(9))[8], Unreachable)
        async with counter(port=port) as carrier:
            async with asyncio.timeout(10):
                while ours.connector.room == 0:
                    await asyncio.sleep(0.01)
            assert rooms[-1] == 1
            ours.over(letter(id=9))
            assert isinstance((await ours.outcomes(10))[9], Taken)
            assert ours.connector.room == 4
            assert len(carrier.read) == 1


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, {}, Throttled),
        (400, {"code": "stopped"}, Rejected),
        (500, {}, Unknown),
        (401, {}, Unreachable),
        (302, {}, Unreachable),
    ],
)
async def test_statuses_on_the_wire(status: int, body: object, kind: type) -> None:
    async def answer(carrier: Counter, request: web.Request, read: bytes) -> web.StreamResponse:
        return json_answer(body, status, Location="/elsewhere")

    async with counter(answer) as carrier, hand(carrier.url) as ours:
        ours.over(letter())
        (outcome,) = await ours.outcomes(1)
        assert isinstance(outcome, kind)
        assert [read["path"] for read in carrier.read] == ["/messages"]


async def test_a_carrier_that_never_answers_gets_few_messages_into_doubt() -> None:
    async def fail(carrier: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        return json_answer({}, 500)

    async with (
        counter(fail) as carrier,
        hand(carrier.url, window=1, file=changed("calls.retry_first_seconds", 30)) as ours,
    ):
        for n in range(20):
            ours.over(letter(id=n))
            await ours.outcomes(n + 1)
        assert len(carrier.read) == 5
        assert ours.connector.room == 0
        kinds = [type(outcome) for _, outcome in ours.told]
        assert kinds == [Unknown] * 5 + [Unreachable] * 15


BATCH = changed(
    "answer.per_message",
    "results",
    changed(
        "request.json",
        {"messages": {"each": {"to": "{to}"}}},
        changed("calls", {"most_per_request": 3, "window": 2, "linger_seconds": 0.02}),
    ),
)


async def test_many_messages_share_a_request() -> None:
    async def each(carrier: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        sent = msgspec.json.decode(body)["messages"]
        return json_answer({"results": [{"id": f"id-{one['to']}"} for one in sent]})

    async with counter(each) as carrier, hand(carrier.url, file=BATCH) as ours:
        assert ours.connector.room == 6
        ours.over(*(letter(id=n, to=f"+1415555{n:04d}") for n in range(7)))
        outcomes = await ours.outcomes(7)
        assert outcomes == [Taken((f"id-+1415555{n:04d}",), "plain") for n in range(7)]
    assert sorted(len(msgspec.json.decode(read["body"])["messages"]) for read in carrier.read) == [1, 3, 3]


async def test_a_text_that_cannot_be_written_is_refused_and_harms_nobody() -> None:
    async with counter() as carrier, hand(carrier.url) as ours:
        ours.over(letter("half a pair: \ud83d", id=1), letter(id=2))
        outcomes = await ours.outcomes(2)
        assert isinstance(outcomes[0], Rejected)
        assert isinstance(outcomes[1], Taken)
        assert len(carrier.read) == 1


async def test_private_addresses_are_not_called_unless_it_is_allowed() -> None:
    async with counter() as carrier, hand(carrier.url, allow_private=False) as ours:
        ours.over(letter())
        (outcome,) = await ours.outcomes(1)
        assert isinstance(outcome, Unreachable)
        assert "may not be called" in outcome.reason
    assert carrier.read == []


async def test_closing_waits_for_answers_and_gives_the_rest_back() -> None:
    started = asyncio.Event()

    async def slowly(carrier: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        started.set()
        await asyncio.sleep(0.1)
        return await take(carrier, request, body)

    async with counter(slowly) as carrier:
        async with hand(carrier.url, window=1) as ours:
            ours.over(letter(id=1), letter(id=2))
            await started.wait()
        outcomes = await ours.outcomes(2)
        assert isinstance(outcomes[0], Taken)
        assert isinstance(outcomes[1], Unreachable)
        ours.over(letter(id=3))
        assert isinstance((await ours.outcomes(3))[2], Unreachable)
