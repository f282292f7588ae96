"""The root application on a real socket: who gets in, what is cut off, and the one shape of every error."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Callable, MutableMapping
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.api_home import ApiHome, Reply, api_home, basic

from tidings.accounts import Opened
from tidings.runtime.database import Database
from tidings.web.api.meta import meta_envelope
from tidings.web.api.paging import Page, page_of
from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Route

ESTABLISHED = b"\x01"
FLOOD_BYTES = 16_000_000
ECHO = "/2010-04-01/Accounts/{AccountSid}/Echo.json"


async def echo(request: Request) -> Response:
    return Response(
        200, msgspec.json.encode({"form": request.form, "query": request.query, "url": request.base_url})
    )


PRODUCT, HOOK = "/messaging/v1/Things/{Sid}", "/hooks/{Name}"


async def thing(request: Request) -> Response:
    """A page of one thing that says there is a further one."""
    page = page_of(request.query, prefix="TH")
    assert isinstance(page, Page)
    rows = [{"sid": request.params["Sid"], "account": request.caller.sid, "path": request.path}]
    return meta_envelope(request, page, rows, key="things", prefix="TH", ids=[UUID(int=7)], further=True)


async def hook(request: Request) -> Response:
    told = request.query_string + b" " + request.body + b" " + request.caller.sid.encode()
    return Response(200, told, ((b"content-type", b"text/plain"),))


async def stumble(_request: Request) -> Response:
    raise ZeroDivisionError("inside")


async def flood(_request: Request) -> Response:
    return Response(200, bytes(FLOOD_BYTES))


class Turnstile:
    """Holds requests until it is opened."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.two_wait = asyncio.Event()
        self._waiting = 0

    async def hold(self, _request: Request) -> Response:
        self._waiting += 1
        if self._waiting == 2:
            self.two_wait.set()
        await self.opened.wait()
        return Response(200, b"{}")


@pytest.fixture
def turnstile() -> Turnstile:
    return Turnstile()


@pytest.fixture
async def home(db: Database, turnstile: Turnstile) -> AsyncIterator[ApiHome]:
    routes = [
        Route("POST", ECHO, echo),
        Route("GET", ECHO, echo),
        Route("GET", PRODUCT, thing),
        Route("POST", HOOK, hook, public=True),
        Route("GET", "/hooks/flood", flood, public=True),
        Route("GET", "/2010-04-01/Accounts/{AccountSid}/Stumble.json", stumble),
        Route("GET", "/2010-04-01/Accounts/{AccountSid}/Hold.json", turnstile.hold),
    ]
    async with api_home(db, routes=routes, request_timeout_seconds=0.5) as home:
        yield home


@pytest.fixture
async def shop(home: ApiHome) -> Opened:
    return await home.open_account()


def path(opened: Opened, name: str) -> str:
    return f"/2010-04-01/Accounts/{opened.sid}/{name}.json"


def assert_error(reply: Reply, status: int, code: int) -> None:
    assert reply.status == status
    assert reply.headers["content-type"] == "application/json"
    body = reply.body
    assert set(body) == {"code", "message", "more_info", "status"}
    assert (body["code"], body["status"]) == (code, status)
    assert body["message"]
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"


async def test_every_answer_carries_twilios_headers(home: ApiHome, shop: Opened) -> None:
    reply = await home.ask("GET", path(shop, "Echo"), as_=shop)
    assert re.fullmatch("RQ[0-9a-f]{32}", reply.headers["Twilio-Request-Id"])
    assert reply.headers["Twilio-Concurrent-Requests"] == "1"
    assert re.fullmatch(r"\d+\.\d{3}", reply.headers["Twilio-Request-Duration"])


async def test_urls_name_the_host_by_which_the_caller_came(home: ApiHome, shop: Opened) -> None:
    reply = await home.ask("GET", path(shop, "Echo"), as_=shop, headers={"Host": "api.twilio.com"})
    assert reply.body["url"] == "http://api.twilio.com"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda shop: ("", ""),
        lambda shop: (shop.sid, "wrong"),
        lambda shop: (shop.sid, ""),
        lambda shop: ("AC" + "0" * 32, shop.auth_token),
        lambda shop: ("SK" + "0" * 32, shop.auth_token),
        lambda shop: ("nobody", shop.auth_token),
        lambda shop: (shop.sid + "\0", shop.auth_token),
    ],
)
async def test_whoever_proves_nothing_is_turned_away(
    home: ApiHome, shop: Opened, spoil: Callable[[Opened], tuple[str, str]]
) -> None:
    user, password = spoil(shop)
    reply = await home.ask("GET", path(shop, "Echo"), user=user, password=password)
    assert_error(reply, 401, 20003)
    assert reply.headers["WWW-Authenticate"] == 'Basic realm="Twilio API"'


@pytest.mark.parametrize("header", ["Bearer x", "Basic", "Basic %%%", "Basic eA==", "Basic /w=="])
async def test_a_malformed_authorization_is_turned_away(home: ApiHome, shop: Opened, header: str) -> None:
    reply = await home.ask("GET", path(shop, "Echo"), headers={"Authorization": header})
    assert_error(reply, 401, 20003)


async def test_another_accounts_path_is_not_found(home: ApiHome, shop: Opened) -> None:
    other = await home.open_account("Other")
    assert_error(await home.ask("GET", path(shop, "Echo"), as_=other), 404, 20404)
    for sid in ("AC" + "0" * 32, "AC12", "SM" + "0" * 32):
        reply = await home.ask("GET", f"/2010-04-01/Accounts/{sid}/Echo.json", as_=shop)
        assert_error(reply, 404, 20404)


async def test_a_parent_reaches_its_subaccount_and_not_the_other_way_round(
    home: ApiHome, shop: Opened
) -> None:
    sub = await home.open_account("Branch", parent=shop.account.id)
    assert (await home.ask("GET", path(sub, "Echo"), as_=shop)).status == 200
    assert (await home.ask("GET", path(sub, "Echo"), as_=sub)).status == 200
    assert_error(await home.ask("GET", path(shop, "Echo"), as_=sub), 404, 20404)


async def test_what_is_not_there_has_twilios_error_body(home: ApiHome, shop: Opened) -> None:
    assert_error(await home.ask("GET", "/2010-04-01/Nothing.json", as_=shop), 404, 20404)
    assert_error(await home.ask("GET", "/nothing", as_=shop), 404, 20404)
    wrong = await home.ask("DELETE", path(shop, "Echo"), as_=shop)
    assert_error(wrong, 405, 20004)
    assert wrong.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert_error(await home.ask("POST", "/healthz"), 405, 20004)
    xml = await home.ask("GET", path(shop, "Echo").removesuffix(".json"), as_=shop)
    assert_error(xml, 404, 20404)
    assert ".json" in xml.body["message"]


async def test_options_tells_the_methods_and_head_answers_without_a_body(home: ApiHome, shop: Opened) -> None:
    options = await home.ask("OPTIONS", path(shop, "Echo"))
    assert (options.status, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    head = await home.ask("HEAD", path(shop, "Echo"), as_=shop)
    assert (head.status, head.text) == (200, "")


async def test_a_failure_inside_tells_the_caller_nothing(home: ApiHome, shop: Opened) -> None:
    reply = await home.ask("GET", path(shop, "Stumble"), as_=shop)
    assert_error(reply, 500, 20500)
    assert "inside" not in reply.text


@pytest.mark.parametrize("body", [b"Body=%zz", b"Body=\xff", b"Body=%00"])
async def test_a_malformed_form_or_query_is_refused(home: ApiHome, shop: Opened, body: bytes) -> None:
    assert_error(await home.ask("POST", path(shop, "Echo"), as_=shop, body=body), 400, 20422)
    reply = await home.ask("GET", path(shop, "Echo") + "?To=%zz", as_=shop)
    assert_error(reply, 400, 20422)


async def test_a_body_that_is_not_a_form_is_refused(home: ApiHome, shop: Opened) -> None:
    reply = await home.ask(
        "POST", path(shop, "Echo"), as_=shop, body=b"{}", headers={"Content-Type": "application/json"}
    )
    assert_error(reply, 415, 20422)


async def test_a_form_is_read_with_its_repeated_keys(home: ApiHome, shop: Opened) -> None:
    reply = await home.ask("POST", path(shop, "Echo"), as_=shop, body=b"a=1&a=2&b=%C3%BC")
    assert reply.body["form"] == {"a": ["1", "2"], "b": ["ü"]}


async def test_an_oversized_body_is_cut_off(home: ApiHome, shop: Opened) -> None:
    reply = await home.ask("POST", path(shop, "Echo"), as_=shop, body=b"Body=" + b"a" * 300_000)
    assert_error(reply, 413, 20422)
    assert reply.headers["Connection"] == "close"
    allowed = await home.ask("POST", path(shop, "Echo"), as_=shop, body=b"Body=" + b"a" * 200_000)
    assert allowed.status == 200


async def test_a_body_that_grows_without_a_length_is_cut_off(home: ApiHome, shop: Opened) -> None:
    head = request_head(shop, "transfer-encoding: chunked")
    answer = await send_raw(home, [head, *[b"8000\r\n" + b"a" * 0x8000 + b"\r\n"] * 12])
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":20422' in answer


async def test_a_slow_body_is_cut_off(home: ApiHome, shop: Opened) -> None:
    answer = await send_raw(home, [request_head(shop, "content-length: 10"), b"Bo"])
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"status":408' in answer


async def test_a_slow_head_is_cut_off(home: ApiHome) -> None:
    assert (await send_raw(home, [b"POST /2010-04-01/Acc"])).startswith(b"HTTP/1.1 408 ")
    assert (await send_raw(home, [])).startswith(b"HTTP/1.1 408 ")


async def test_a_second_slow_request_on_a_connection_is_cut_off_too(home: ApiHome, shop: Opened) -> None:
    whole = request_head(shop, "content-length: 3") + b"a=1"
    answer = await send_raw(home, [whole, request_head(shop, "content-length: 10"), b"Bo"])
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answer


async def test_who_takes_nothing_of_an_answer_is_cut_off_and_who_takes_it_slowly_is_not(
    home: ApiHome,
) -> None:
    host, _, port = home.base_url.removeprefix("http://").partition(":")

    async def heard(*, slowly: bool) -> int:
        """How many bytes came, of one who reads all along with pauses, or only after the connection is gone."""
        loop = asyncio.get_running_loop()
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 200_000)
            client.setblocking(False)
            await loop.sock_connect(client, (host, int(port)))
            await loop.sock_sendall(
                client, b"GET /hooks/flood HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
            )
            while not slowly and client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == ESTABLISHED:
                await asyncio.sleep(0.05)
            count = 0
            with contextlib.suppress(ConnectionError):
                while some := await loop.sock_recv(client, 1_000_000):
                    count += len(some)
                    await asyncio.sleep(0.02)
            return count

    async with asyncio.timeout(20):
        stuck, slow = await asyncio.gather(heard(slowly=False), heard(slowly=True))
    assert stuck < FLOOD_BYTES < slow


async def test_an_oversized_head_is_cut_off(home: ApiHome) -> None:
    answer = await send_raw(home, [b"GET / HTTP/1.1\r\nhost: x\r\n", *[b"x-a: " + b"a" * 8000 + b"\r\n"] * 9])
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_slow_body_of_a_request_that_is_answered_is_not_answered_again(
    home: ApiHome, shop: Opened
) -> None:
    head = b"POST /2010-04-01/Accounts.json HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n"
    answer = await send_raw(home, [head, b"Bo"])
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "head",
    [
        b"hello\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost\x00: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ten\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_what_is_not_http_is_refused_in_the_same_shape(home: ApiHome, head: bytes) -> None:
    answer = await send_raw(home, [head])
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"more_info"' in answer


@pytest.mark.parametrize(
    "path",
    [
        "/2010-04-01/%00",
        "/2010-04-01/Accounts/%ff.json",
        "/2010-04-01/Accounts/%C3%BC/Messages.json",
        "//",
        "/%",
    ],
)
async def test_odd_paths_have_the_one_shape(home: ApiHome, shop: Opened, path: str) -> None:
    assert_error(await home.ask("GET", path, as_=shop), 404, 20404)


async def test_more_requests_at_once_than_an_account_may_have_are_told_to_come_back(
    home: ApiHome, turnstile: Turnstile
) -> None:
    small = await home.open_account("Small", concurrency_limit=2)
    async with asyncio.TaskGroup() as crew:
        held = [crew.create_task(home.ask("GET", path(small, "Hold"), as_=small)) for _ in range(2)]
        await turnstile.two_wait.wait()
        refused = await home.ask("GET", path(small, "Echo"), as_=small)
        assert_error(refused, 429, 20429)
        assert refused.headers["Retry-After"] == "1"
        other = await home.open_account("Other")
        assert (await home.ask("GET", path(other, "Echo"), as_=other)).status == 200
        turnstile.opened.set()
    assert [task.result().status for task in held] == [200, 200]
    assert (await home.ask("GET", path(small, "Echo"), as_=small)).status == 200


async def test_an_ordinary_asgi_server_is_answered_in_two_events(home: ApiHome, shop: Opened) -> None:
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"a=1", "more_body": False}

    async def send(event: MutableMapping[str, Any]) -> None:
        told.append(dict(event))

    authorization = basic(shop.sid, shop.auth_token).encode()
    scope = {
        "type": "http",
        "method": "POST",
        "path": path(shop, "Echo"),
        "query_string": b"",
        "scheme": "http",
        "headers": [
            (b"authorization", authorization),
            (b"content-type", b"application/x-www-form-urlencoded"),
        ],
    }
    await home.door(scope, receive, send)
    assert [event["type"] for event in told] == ["http.response.start", "http.response.body"]
    assert told[0]["status"] == 200
    assert (b"content-length", b"%d" % len(told[1]["body"])) in told[0]["headers"]


async def test_a_connection_is_kept_for_further_requests_unless_the_caller_closes_it(
    home: ApiHome, shop: Opened
) -> None:
    whole = request_head(shop, "content-length: 3") + b"a=1"
    last = request_head(shop, "content-length: 3\r\nconnection: close") + b"b=2"
    answer = await send_raw(home, [whole + whole, last])
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert answer.count(b"connection: close\r\n") == 1
    assert answer.count(b"\r\ndate: ") == 3


async def test_health_and_metrics_are_there_without_credentials(home: ApiHome, shop: Opened) -> None:
    assert (await home.ask("GET", "/healthz")).body == {"status": "ok"}
    await home.ask("GET", path(shop, "Echo"), as_=shop)
    metrics = await home.ask("GET", "/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert f'tidings_api_requests_total{{method="GET",route="{ECHO}",status="200"}}' in metrics.text
    document = (await home.ask("GET", "/tidings/v1/openapi.json")).body
    assert document["openapi"].startswith("3.1")


def request_head(opened: Opened, header: str) -> bytes:
    authorization = basic(opened.sid, opened.auth_token)
    return (
        f"POST {path(opened, 'Echo')} HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\n"
        f"content-type: application/x-www-form-urlencoded\r\n{header}\r\n\r\n"
    ).encode()


async def send_raw(home: ApiHome, pieces: list[bytes]) -> bytes:
    """All that the server says until it closes the connection, which it may do before it has heard
    everything."""
    host, _, port = home.base_url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    heard = bytearray()

    async def listen() -> None:
        with contextlib.suppress(ConnectionError):
            while some := await reader.read(65_536):
                heard.extend(some)

    try:
        async with asyncio.timeout(10), asyncio.TaskGroup() as crew:
            listening = crew.create_task(listen())
            for piece in pieces:
                if listening.done():
                    break
                writer.write(piece)
                await asyncio.sleep(0.01)
    finally:
        writer.close()
    return bytes(heard)


async def test_a_product_is_found_under_its_name_and_by_its_host(home: ApiHome, shop: Opened) -> None:
    for path, headers, url in (
        ("/messaging/v1/Things/X?A=%3C1", {}, f"{home.base_url}/messaging/v1/Things/X"),
        ("/v1/Things/X?A=%3C1", {"Host": "messaging.twilio.com"}, "http://messaging.twilio.com/v1/Things/X"),
    ):
        for _ in range(2):  # the second time the credential is remembered
            reply = await home.ask("GET", path, as_=shop, headers=headers)
            assert reply.body == {
                "meta": {
                    "page": 0,
                    "page_size": 50,
                    "first_page_url": f"{url}?A=%3C1&PageSize=50&Page=0",
                    "previous_page_url": None,
                    "url": f"{url}?A=%3C1&PageSize=50&Page=0",
                    "next_page_url": f"{url}?A=%3C1&PageSize=50&Page=1&PageToken=PATH{UUID(int=7).hex}",
                    "key": "things",
                },
                "things": [{"sid": "X", "account": shop.sid, "path": "/messaging/v1/Things/X"}],
            }


async def test_a_product_is_found_at_no_other_host_and_with_no_suffix(home: ApiHome, shop: Opened) -> None:
    for path, host in (
        ("/v1/Things/X", "api.twilio.com"),
        ("/v1/Things/X", "x.example"),
        ("/v1/Things", "messaging.twilio.com"),
    ):
        assert_error(await home.ask("GET", path, as_=shop, headers={"Host": host}), 404, 20404)
    wrong = await home.ask(
        "GET", "/v1/Things/X", user=shop.sid, password="?", headers={"Host": "messaging.twilio.com"}
    )
    assert_error(wrong, 401, 20003)


async def test_a_public_route_asks_for_no_credential_and_gets_the_body_as_it_came(home: ApiHome) -> None:
    for body in (b'{"a": "\xc3\xbc%zz"}', b"a=%zz", b""):
        reply = await home.ask(
            "POST", "/hooks/x?b=%2B1", body=body, headers={"Content-Type": "application/json"}
        )
        assert (reply.status, reply.headers["content-type"]) == (200, "text/plain")
        assert reply.text.encode() == b"b=%2B1 " + body + b" "
    assert_error(await home.ask("POST", "/hooks/x", body=b"x" * 300_000), 413, 20422)
