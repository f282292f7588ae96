"""The doors of carriers: who may come in, what is answered, and that nothing is answered before it is stored."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from tests.api_home import api_home, now
from tests.carriers.http.files import PLAIN, changed, text_of
from tests.carriers.stack import Stack, stack

from tidings.carriers import doors
from tidings.carriers.connector import Inbound, Receipt
from tidings.carriers.door import Door
from tidings.carriers.http.carrier import HttpCarrier
from tidings.runtime.database import Database
from tidings.runtime.metrics import REGISTRY

KEY = "k"
FORGED = {"carrier": "plain", "kind": "forged"}
RECEIPTS = "/carriers/plain/receipts"


def door(file: dict[str, Any] = PLAIN) -> Door:
    return HttpCarrier.parse("plain", {"spec": text_of(file), "key": KEY}, public_url=None).door()


def signed(body: bytes) -> dict[str, str]:
    digest = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Signature": digest, "Content-Type": "application/json"}


@asynccontextmanager
async def opened(db: Database, file: dict[str, Any] = PLAIN) -> AsyncIterator[Stack]:
    async with stack(db) as ours:
        ours.doors["plain"] = door(file)
        yield ours


def code_of(text: str) -> int:
    return int(json.loads(text)["code"])


@pytest.mark.parametrize(
    "path", ["/carriers/nobody/receipts", "/carriers/nobody/inbound", "/carriers/plain/else"]
)
async def test_an_unknown_carrier_is_not_found(db: Database, path: str) -> None:
    async with opened(db) as ours:
        status, text, _ = await ours.knock(path, b"{}", signed(b"{}"))
        assert (status, code_of(text)) == (404, 20404)


async def test_a_carrier_without_such_a_door_is_not_found(db: Database) -> None:
    async with opened(db, changed("inbound", None)) as ours:
        status, text, _ = await ours.knock("/carriers/plain/inbound", b"{}", signed(b"{}"))
        assert (status, code_of(text)) == (404, 20404)


async def test_what_is_not_signed_is_forbidden(db: Database) -> None:
    async with opened(db) as ours:
        status, text, _ = await ours.knock(RECEIPTS, b"{}", {"X-Signature": "0" * 64})
        assert (status, code_of(text)) == (403, 20403)


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 50_000, b"null", b"\xff", b"7"])
async def test_what_is_signed_and_cannot_be_read_is_said_so(db: Database, body: bytes) -> None:
    async with opened(db) as ours:
        status, text, _ = await ours.knock(RECEIPTS, body, signed(body))
        assert status in (200, 400), text  # a number is JSON, and names no message


async def test_a_body_beyond_the_limit_is_cut_off(db: Database) -> None:
    async with opened(db) as ours:
        body = b'{"x": "' + b"a" * 300_000 + b'"}'
        status, _, _ = await ours.knock(RECEIPTS, body, signed(body))
        assert status == 413


async def test_a_whole_list_is_heard_and_the_reply_is_the_carriers_own(db: Database) -> None:
    file = changed(
        "receipts.reply",
        {"status": 202, "body": '{"ok":true}', "content_type": "application/json"},
        changed("receipts.items", "events", changed("receipts.only", {"kind": "dlr"})),
    )
    events = [
        {"kind": "dlr", "id": "m1", "state": "delivered"},
        {"kind": "click", "id": "m1"},
        {"kind": "dlr", "id": "m2", "state": "failed", "code": "gone"},
        {"kind": "dlr"},
    ]
    body = json.dumps({"events": events}).encode()
    async with opened(db, file) as ours:
        assert await ours.knock(RECEIPTS, body, signed(body)) == (202, '{"ok":true}', "application/json")
        async with db.connection() as connection:
            rows = await connection.fetch(
                "select carrier, provider_id, code from receipts_waiting order by 2"
            )
    assert [tuple(row) for row in rows] == [("plain", "m1", None), ("plain", "m2", 30005)]


async def test_a_carrier_that_calls_by_get_is_heard_by_its_query(db: Database) -> None:
    file = changed(
        "receipts.signature",
        {"scheme": "token", "parameter": "token", "secret": "{settings.key}"},
        changed("receipts.body", "query"),
    )
    async with opened(db, file) as ours:
        right = f"{RECEIPTS}?token={KEY}&id=m1&state=delivered"
        assert (await ours.knock(right, b"", {}, method="GET"))[0] == 200
        assert (await ours.knock(f"{RECEIPTS}?token=x&id=m1&state=delivered", b"", {}, method="GET"))[
            0
        ] == 403


async def test_nothing_is_answered_as_heard_that_could_not_be_stored(db: Database) -> None:
    async def find(name: str) -> Door:
        return door()

    async def fail(items: list[Receipt] | list[Inbound]) -> None:
        raise ConnectionRefusedError("PostgreSQL is away")

    routes = doors.routes(find=find, on_receipts=fail, on_inbound=fail, clock=now)
    body = b'{"id": "m1", "state": "delivered"}'
    async with api_home(db, routes=routes) as home:
        reply = await home.ask("POST", RECEIPTS, body=body, headers=signed(body))
        assert (reply.status, reply.body["code"]) == (503, 20503)
        assert reply.headers["Retry-After"] == "1"


async def test_forgeries_are_logged_without_haste(db: Database) -> None:
    async with opened(db) as ours:
        with structlog.testing.capture_logs() as lines:
            for _ in range(20):
                await ours.knock(RECEIPTS, b"{}", {"X-Signature": "0"})
        told = [line for line in lines if line["event"] == "a request was not signed by the carrier"]
        assert [line["carrier"] for line in told] == ["plain"]
        assert REGISTRY.get_sample_value("tidings_carrier_told_total", FORGED) >= 20


async def test_a_replay_outside_the_window_is_refused(db: Database) -> None:
    file = changed("receipts.signature.timestamp_header", "X-Time")
    body = b'{"id": "m1", "state": "delivered"}'
    async with opened(db, file) as ours:
        for seconds, status in ((-400, 403), (-100, 200)):
            at = f"{now().timestamp() + seconds:.0f}"
            mac = hmac.new(KEY.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
            headers = {"X-Signature": mac, "X-Time": at, "Content-Type": "application/json"}
            assert (await ours.knock(RECEIPTS, body, headers))[0] == status


@pytest.mark.parametrize("odd", ["\0", "a\0b", "\ud83d", "x" * 10_000, "😀" * 200, "'; drop table receipts"])
async def test_odd_values_of_a_carrier_are_kept_or_passed_over(db: Database, odd: str) -> None:
    async with opened(db) as ours:
        item = {"id": odd, "state": "delivered", "code": odd, "from": odd, "to": odd, "text": odd}
        body = json.dumps(item).encode()
        for what in ("receipts", "inbound"):
            status, text, _ = await ours.knock(f"/carriers/plain/{what}", body, signed(body))
            assert status in (200, 400), text


async def test_many_receipts_at_once_are_all_stored(db: Database) -> None:
    async with opened(db) as ours:
        bodies = [json.dumps({"id": f"m{n}", "state": "delivered"}).encode() for n in range(200)]
        answers = await asyncio.gather(*(ours.knock(RECEIPTS, body, signed(body)) for body in bodies))
        assert {status for status, _, _ in answers} == {200}
        async with db.connection() as connection:
            assert await connection.fetchval("select count(*) from receipts_waiting") == 200
