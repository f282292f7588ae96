"""Tidings in front of Tidings: ours hands its messages to a second one that plays Twilio, by Twilio's own API."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from tests.carriers.http.counter import Counter, counter, json_answer
from tests.carriers.stack import Stack, dispatching, stack
from tests.carriers.twilio.conftest import SHOP, Upstream
from twilio.request_validator import RequestValidator

from tidings.carriers.http.connector import HttpConnector
from tidings.carriers.twilio.dialect import TwilioDialect
from tidings.carriers.twilio.door import TwilioDoor
from tidings.carriers.twilio.settings import TwilioSettings
from tidings.runtime.database import Database

ANNA = "+14155552671"
HOTEL = "+14155550100"
"""A number for which STOP is understood; short codes see to it themselves."""
TOKEN = "0" * 32
ACCOUNT = "AC" + "a" * 32


def settings(ours: Stack, **given: object) -> TwilioSettings:
    usual = {"account_sid": ACCOUNT, "auth_token": TOKEN, "allow_private": True}
    return TwilioSettings.parse(usual | given, public_url=ours.url)


@asynccontextmanager
async def in_front(db: Database, db_url: str, **given: object) -> AsyncIterator[Stack]:
    """Our own Tidings with the carrier `up`."""
    async with stack(db) as ours:
        made = settings(ours, **given)
        ours.doors["up"] = TwilioDoor("up", made)
        dialect = TwilioDialect("up", made)
        async with dispatching(db_url, lambda room: HttpConnector("up", dialect, made.manners, on_room=room)):
            yield ours


@pytest.fixture
async def ours(db: Database, db_url: str, upstream: Upstream) -> AsyncIterator[Stack]:
    account = {"account_sid": upstream.account.sid, "auth_token": upstream.account.auth_token}
    async with in_front(db, db_url, api_url=upstream.home.base_url, **account) as built:
        yield built


async def test_a_message_passes_through_both_and_its_receipt_comes_back(
    ours: Stack, upstream: Upstream
) -> None:
    sent = await ours.send(body="Grüß Gott — 你好", ucs2=True)
    facts = await ours.until(sent)
    assert [kind for kind, _ in facts] == ["queued", "sent", "delivered"]
    (arrived,) = await upstream.arrived()
    assert (arrived["source"], arrived["destination"].lstrip("+")) == (SHOP, ANNA.lstrip("+"))
    assert arrived["text"] == "Grüß Gott — 你好"


@pytest.mark.parametrize(("last_four", "code"), [("0003", 30003), ("0007", 30007), ("0005", 30005)])
async def test_an_undelivered_message_keeps_its_code(
    ours: Stack, upstream: Upstream, last_four: str, code: int
) -> None:
    sent = await ours.send(recipient=ANNA[:-4] + last_four)
    kind, detail = (await ours.until(sent))[-1]
    assert (kind, detail["code"]) == ("undelivered", code)


async def test_a_blast_is_handed_over_once_each(ours: Stack, upstream: Upstream) -> None:
    sent = await asyncio.gather(*(ours.send(recipient=f"+1415555{2000 + n}") for n in range(100)))
    for each in sent:
        assert [kind for kind, _ in await ours.until(each)][-1] == "delivered"
    arrived = [one["destination"] for one in await upstream.arrived()]
    assert len(arrived) == len(set(arrived)) == 100


async def test_what_the_upstream_refuses_ends_with_its_code(ours: Stack, upstream: Upstream) -> None:
    not_theirs = await ours.send(sender="55509")
    kind, detail = (await ours.until(not_theirs))[-1]
    assert (kind, detail["code"]) == ("undelivered", 21606)
    assert await upstream.arrived() == []


async def test_what_people_write_passes_through_both_the_other_way(ours: Stack, upstream: Upstream) -> None:
    account = await ours.home.open_account()
    await ours.home.give_sender(account, SHOP)
    await upstream.tell_of_messages_at(f"{ours.url}/carriers/up/inbound")
    long = "Thank you, that was a very fine evening. " * 8
    for text in ("Is the table by the window free?", long, "Größe 42 — 你好"):
        await upstream.control("POST", "/inbound", {"from": ANNA, "to": SHOP, "body": text})
        await ours.until_heard(text)
    assert [message.parts for message in ours.heard] == [1, 3, 1]
    assert {(sender, recipient) for sender, recipient, _ in await ours.received()} == {(ANNA, SHOP)}


async def test_a_stop_upstream_is_a_stop_here(ours: Stack, upstream: Upstream) -> None:
    account = await ours.home.open_account()
    for home, owner in ((ours.home, account), (upstream.home, upstream.account)):
        await home.give_sender(owner, HOTEL)
    await upstream.tell_of_messages_at(f"{ours.url}/carriers/up/inbound")
    await upstream.control("POST", "/inbound", {"from": ANNA, "to": HOTEL, "body": "STOP"})
    await ours.until_heard("STOP")
    form = {"To": ANNA, "From": HOTEL, "Body": "Sale!"}
    reply = await ours.home.ask(
        "POST", f"/2010-04-01/Accounts/{account.sid}/Messages.json", as_=account, form=form
    )
    assert (reply.status, reply.body["code"]) == (400, 21610)
    assert await upstream.arrived() == []


# --- what a real Twilio can do to us, by a server that answers as it is told -----------------------------------


@asynccontextmanager
async def before(
    answering: Callable[[Counter, web.Request, bytes], Any], db: Database, db_url: str, **given: object
) -> AsyncIterator[tuple[Stack, Counter]]:
    async with (
        counter(answering) as twilio,
        in_front(db, db_url, api_url=twilio.url, timeout_seconds=0.5, **given) as ours,
    ):
        yield ours, twilio


async def create(counter: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
    return json_answer({"sid": f"SM{len(counter.read):032x}", "status": "queued"}, 201)


async def test_an_answer_that_is_lost_is_a_doubt_and_nothing_is_sent_again(db: Database, db_url: str) -> None:
    async def lose(counter: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with before(lose, db, db_url) as (ours, twilio):
        sent = await ours.send(resend=False)
        facts = await ours.until(sent)
        assert ("doubted", {"rule": "give_up"}) in facts
        assert ("failed", {"code": 30410}) in facts
        await asyncio.sleep(0.3)
        assert len(twilio.read) == 1


async def test_an_answer_that_is_late_is_a_doubt_too(db: Database, db_url: str) -> None:
    async def sleep(counter: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        await asyncio.sleep(5)
        return await create(counter, request, body)

    async with before(sleep, db, db_url) as (ours, twilio):
        sent = await ours.send(resend=False)
        assert ("failed", {"code": 30410}) in await ours.until(sent)
        assert len(twilio.read) == 1


async def test_a_server_error_is_a_doubt_and_the_message_class_decides(db: Database, db_url: str) -> None:
    async def fail_once(counter: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        if len(counter.read) == 1:
            return json_answer({"code": 20500}, 500)
        return await create(counter, request, body)

    async with before(fail_once, db, db_url) as (ours, twilio):
        sent = await ours.send(resend=True)
        facts = await ours.until(sent, "sent")
        assert [kind for kind, _ in facts] == ["queued", "doubted", "sent"]
        assert len(twilio.read) == 2


async def test_too_many_requests_slow_the_lane_and_lose_nothing(db: Database, db_url: str) -> None:
    async def throttle_twice(counter: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        if len(counter.read) <= 2:
            return json_answer({"code": 20429, "message": "Too Many Requests"}, 429, Retry_After="0.2")
        return await create(counter, request, body)

    async with before(throttle_twice, db, db_url) as (ours, twilio):
        sent = await ours.send()
        assert [kind for kind, _ in await ours.until(sent, "sent")] == ["queued", "sent"]
        assert len(twilio.read) == 3


# --- the way back ----------------------------------------------------------------------------------------------


def signed(url: str, form: dict[str, str], token: str = TOKEN) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}


async def test_forged_callbacks_change_nothing(db: Database, db_url: str) -> None:
    async with before(create, db, db_url) as (ours, _):
        sent = await ours.send()
        await ours.until(sent, "sent")
        path = "/carriers/up/receipts"
        form = {"MessageSid": f"SM{1:032x}", "MessageStatus": "delivered"}
        right = signed(ours.url + path, form)
        for headers in (
            {},
            {"X-Twilio-Signature": "AAAA"},
            signed(ours.url + path, form, "1" * 32),
            signed(ours.url + path, form | {"MessageStatus": "failed"}),
            signed(ours.url + "/carriers/up/inbound", form),
        ):
            assert await ours.knock_with_form(path, form, headers) == 403
        assert [kind for kind, _ in await ours.facts(sent)] == ["queued", "sent"]
        assert await ours.knock_with_form(path, form, right) == 204
        assert [kind for kind, _ in await ours.facts(sent)] == ["queued", "sent", "delivered"]


async def test_a_receipt_may_come_twice_to_two_doors_at_once(db: Database, db_url: str) -> None:
    async with before(create, db, db_url) as (ours, _):
        sent = await ours.send()
        await ours.until(sent, "sent")
        path = "/carriers/up/receipts"
        form = {"MessageSid": f"SM{1:032x}", "MessageStatus": "delivered", "RawDlrDoneDate": "2605041200"}
        headers = signed(ours.url + path, form)
        async with stack(db) as second:
            second.doors["up"] = ours.doors["up"]
            knocks = [each.knock_with_form(path, form, headers) for each in (ours, second) for _ in range(5)]
            assert set(await asyncio.gather(*knocks)) == {204}
        facts = await ours.facts(sent)
        assert facts == [("queued", None), ("sent", None), ("delivered", {"done_date": "2605041200"})]


async def test_a_receipt_before_the_answer_finds_its_message(db: Database, db_url: str) -> None:
    path = "/carriers/up/receipts"

    async def tell_first(counter: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        form = {"MessageSid": f"SM{1:032x}", "MessageStatus": "undelivered", "ErrorCode": "30006"}
        assert await home.knock_with_form(path, form, signed(home.url + path, form)) == 204
        return await create(counter, request, body)

    async with before(tell_first, db, db_url) as (home, _):
        sent = await home.send()
        kind, detail = (await home.until(sent))[-1]
        assert (kind, detail["code"]) == ("undelivered", 30006)


@pytest.mark.parametrize(("status", "kind"), [("sending", "sent"), ("sent", "sent"), ("read", "delivered")])
async def test_statuses_on_the_way_say_nothing(db: Database, db_url: str, status: str, kind: str) -> None:
    async with before(create, db, db_url) as (ours, _):
        sent = await ours.send()
        await ours.until(sent, "sent")
        path = "/carriers/up/receipts"
        form = {"MessageSid": f"SM{1:032x}", "MessageStatus": status}
        assert await ours.knock_with_form(path, form, signed(ours.url + path, form)) == 204
        assert (await ours.facts(sent))[-1][0] == kind


async def test_a_message_from_a_person_is_stored_once_and_answered_with_empty_twiml(
    db: Database, db_url: str
) -> None:
    async with before(create, db, db_url) as (ours, _):
        account = await ours.home.open_account()
        await ours.home.give_sender(account, "+14155550100")
        path = "/carriers/up/inbound"
        form = {
            "MessageSid": "SM" + uuid4().hex,
            "AccountSid": ACCOUNT,
            "From": ANNA,
            "To": "+14155550100",
            "Body": "Thanks & see you",
            "NumSegments": "1",
            "NumMedia": "0",
        }
        headers = signed(ours.url + path, form)
        async with ours.home.session.post(ours.url + path, data=form, headers=headers) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "text/xml"
            assert (await answer.text()).endswith("<Response/>")
        assert await ours.knock_with_form(path, form, headers) == 200
        assert await ours.received() == [(ANNA, "+14155550100", "Thanks & see you")]
        assert await ours.knock_with_form(path, form | {"Body": "STOP"}, headers) == 403
