"""Messages from people are told to whoever owns the number, and answered."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.messages.builders import ANNA
from tests.messages.test_receive import SHOP, inbound, open_shop, rows, take
from tests.webhooks.conftest import AUTH_TOKEN, Start
from tests.webhooks.endpoint import Endpoint

from tidings.compliance.opt_outs.settings import default_settings
from tidings.compliance.opt_outs.settings_of import keep_settings
from tidings.lanes.gauge import Gauges
from tidings.messages.accept import Acceptance
from tidings.messages.reply import replies
from tidings.runtime.database import Database
from tidings.senders import Directory
from tidings.senders.services import Services

Keep = Callable[[], Awaitable[list[Any]]]


class Shop:
    """An account with one number, whose webhooks can be set."""

    def __init__(self, db: Database, account: UUID) -> None:
        self.db = db
        self.account = account

    async def number(self, **settings: str | None) -> None:
        await self._set("update senders set {} where account = $1", settings)

    async def service(self, **settings: str | bool | None) -> UUID:
        service = uuid4()
        async with self.db.connection() as connection:
            await connection.execute(
                "insert into services (id, account, friendly_name, created_at, updated_at)"
                " values ($1, $2, 'Demo', now(), now())",
                service,
                self.account,
            )
            await connection.execute(
                "insert into service_senders select $1, id, account, now() from senders where account = $2",
                service,
                self.account,
            )
        await self._set("update services set {} where account = $1", settings)
        return service

    async def _set(self, statement: str, settings: dict[str, Any]) -> None:
        if settings:
            pairs = ", ".join(f"{name} = ${n}" for n, name in enumerate(settings, 2))
            async with self.db.connection() as connection:
                await connection.execute(statement.format(pairs), self.account, *settings.values())

    async def hear(self, text: str = "Hello", **changes: Any) -> UUID:
        """A person writes; the id of their message."""
        before = {row["id"] for row in await self.messages()}
        await take(self.db, inbound(text, **changes))
        async with self.db.connection() as connection:
            await connection.execute("select pg_notify('facts', '')")
        (id,) = {row["id"] for row in await self.messages()} - before
        return id  # type: ignore[no-any-return]  # a row's column

    async def messages(self) -> list[Any]:
        return await rows(self.db, "select id from messages where direction = 'inbound'")

    async def alerts(self, count: int = 1) -> list[Any]:
        """Once there are so many; newest last."""
        async with asyncio.timeout(30):
            while len(found := await rows(self.db, "select * from alerts order by id, code")) < count:
                await asyncio.sleep(0.02)
        return found

    async def log(self, count: int = 1) -> list[Any]:
        async with asyncio.timeout(30):
            while len(found := await rows(self.db, "select * from webhook_log order by at")) < count:
                await asyncio.sleep(0.02)
        return found


@pytest.fixture
async def shop(db: Database) -> Shop:
    return Shop(db, await open_shop(db))


@pytest.fixture
async def kept(db: Database) -> AsyncIterator[Keep]:
    """Accepts the replies that are promised by now; gives all replies so far."""
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=time.time))
    reader = replies(
        db,
        accept=acceptance.accept,
        find_sender=Directory(db, monotonic=time.monotonic, trust_seconds=0.0).find,
        find_pool=Services(db, monotonic=time.monotonic, trust_seconds=0.0).find,
        clock=lambda: datetime.now(UTC),
        entropy=secrets.token_bytes,
    )

    async def keep() -> list[Any]:
        await reader.read_to_the_end()
        return await rows(db, "select * from messages where direction = 'outbound-reply' order by id")

    yield keep
    await acceptance.close()


def twiml(inside: str) -> tuple[str, bytes]:
    return "text/xml", f"<Response>{inside}</Response>".encode()


async def test_the_number_is_told_with_all_parameters_and_a_signature(
    shop: Shop, endpoint: Endpoint, start: Start
) -> None:
    await shop.number(sms_url=f"{endpoint.base}/hear?a=b")
    endpoint.answers["/hear"] = twiml("")
    message = await shop.hear("Are you open? ä&=")
    await start()
    (call,) = await endpoint.heard(1)
    sid = f"SM{message.hex}"
    assert call.method == "POST"
    assert call.form == {
        "AccountSid": f"AC{shop.account.hex}",
        "ApiVersion": "2010-04-01",
        "Body": "Are you open? ä&=",
        "From": ANNA,
        "FromCity": "San Francisco",
        "FromCountry": "US",
        "FromState": "CA",
        "FromZip": "",
        "MessageSid": sid,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "To": SHOP,
        "ToCity": "San Francisco",
        "ToCountry": "US",
        "ToState": "CA",
        "ToZip": "",
    }
    assert call.is_signed_with(AUTH_TOKEN)
    (entry,) = await shop.log()
    assert (entry["status"], entry["code"], entry["message"]) == ("received", None, message)


async def test_a_number_may_ask_to_be_told_by_get(shop: Shop, endpoint: Endpoint, start: Start) -> None:
    await shop.number(sms_url=f"{endpoint.base}/ok?a=b", sms_method="GET")
    await shop.hear("Grüße +1 & more")
    await start()
    (call,) = await endpoint.heard(1)
    assert (call.method, call.body) == ("GET", b"")
    assert (call.query["a"], call.query["Body"]) == ("b", "Grüße +1 & more")
    assert call.is_signed_with(AUTH_TOKEN)
    (entry,) = await shop.log()
    assert entry["url"] == f"{endpoint.base}/ok?a=b", "texts and numbers stay out of the log"


async def test_a_service_is_told_in_place_of_its_numbers(
    shop: Shop, endpoint: Endpoint, start: Start
) -> None:
    await shop.number(sms_url=f"{endpoint.base}/number")
    service = await shop.service(inbound_request_url=f"{endpoint.base}/service", inbound_method="GET")
    await shop.hear()
    await start()
    (call,) = await endpoint.heard(1)
    assert (call.method, call.target.partition("?")[0]) == ("GET", "/service")
    assert call.query["MessagingServiceSid"] == f"MG{service.hex}"


async def test_a_service_may_leave_it_to_its_numbers(shop: Shop, endpoint: Endpoint, start: Start) -> None:
    await shop.number(sms_url=f"{endpoint.base}/number")
    await shop.service(inbound_request_url=f"{endpoint.base}/service", use_inbound_webhook_on_number=True)
    await shop.hear()
    await start()
    (call,) = await endpoint.heard(1)
    assert call.target == "/number"


async def test_where_nobody_asked_nobody_is_told_and_the_message_is_kept(
    shop: Shop, endpoint: Endpoint, start: Start, db: Database
) -> None:
    await shop.hear("to nobody's ears")
    await start()
    async with asyncio.timeout(30):
        while not await rows(db, "select from cursors where reader = 'inbound' and seq > 0"):
            await asyncio.sleep(0.02)
    assert endpoint.calls == []
    assert len(await shop.messages()) == 1


async def test_replies_go_out_from_the_number_that_was_written_to(
    shop: Shop, endpoint: Endpoint, start: Start, kept: Keep
) -> None:
    await shop.number(sms_url=f"{endpoint.base}/sms/hear")
    endpoint.answers["/sms/hear"] = twiml(
        "<Message action='told'>First</Message><Message to='+14155552672'>Second</Message>"
    )
    await shop.hear()
    await start()
    await shop.log()
    first, second = await kept()
    assert (first["sender"], first["recipient"], first["body"]) == (SHOP, ANNA, "First")
    assert first["status_callback"] == f"{endpoint.base}/sms/told"
    assert (second["sender"], second["recipient"], second["body"]) == (SHOP, "+14155552672", "Second")
    assert await shop.alerts(0) == []


async def test_plain_text_is_a_reply(shop: Shop, endpoint: Endpoint, start: Start, kept: Keep) -> None:
    await shop.number(sms_url=f"{endpoint.base}/hear")
    endpoint.answers["/hear"] = ("text/plain", "Grüße".encode())
    await shop.hear()
    await start()
    await shop.log()
    (reply,) = await kept()
    assert reply["body"] == "Grüße"


async def test_a_reply_in_a_service_belongs_to_it(
    shop: Shop, endpoint: Endpoint, start: Start, kept: Keep
) -> None:
    told = "https://shop.example/status"
    service = await shop.service(inbound_request_url=f"{endpoint.base}/hear", status_callback=told)
    endpoint.answers["/hear"] = twiml("<Message>Hi</Message>")
    await shop.hear()
    await start()
    await shop.log()
    (reply,) = await kept()
    assert (reply["service"], reply["sender"]) == (service, SHOP)
    assert (reply["status_callback"], reply["priority"]) == (told, 0)


async def test_a_redirect_is_asked_in_its_place_and_earlier_messages_count(
    shop: Shop, endpoint: Endpoint, start: Start, kept: Keep
) -> None:
    await shop.number(sms_url=f"{endpoint.base}/a")
    endpoint.answers["/a"] = twiml("<Message>A</Message><Redirect method='GET'>/b</Redirect>")
    endpoint.answers["/b"] = twiml("<Message>B</Message>")
    await shop.hear("Hello")
    await start()
    first, second = await endpoint.heard(2)
    assert (second.method, second.query["Body"]) == ("GET", "Hello")
    assert second.is_signed_with(AUTH_TOKEN)
    assert first.token != second.token, "it is another webhook, not a retry"
    (entry,) = await shop.log()
    assert entry["attempts"] == 2
    assert [reply["body"] for reply in await kept()] == ["A", "B"]


async def test_redirects_that_never_end_are_given_up(
    shop: Shop, endpoint: Endpoint, start: Start, kept: Keep
) -> None:
    await shop.number(sms_url=f"{endpoint.base}/a")
    endpoint.answers["/a"] = twiml("<Redirect>/a</Redirect>")
    await shop.hear()
    await start()
    (alert,) = await shop.alerts()
    assert alert["code"] == 11215
    assert len(endpoint.calls) == 11
    assert await kept() == []


BIG = ("text/xml", b"<Response>" + b" " * (64 * 1024) + b"</Response>")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (("text/xml", b"OK"), 12100),
        (("text/xml", b"<!DOCTYPE a><Response/>"), 12100),
        (("application/json", b"{}"), 12300),
        (BIG, 11750),
        (("text/xml", b"<Response>" + b" " * (1024 * 1024) + b"</Response>"), 11750),
    ],
)
async def test_an_answer_that_cannot_be_read_is_an_alert_and_the_message_is_kept(
    shop: Shop, endpoint: Endpoint, start: Start, kept: Keep, answer: tuple[str, bytes], code: int
) -> None:
    await shop.number(sms_url=f"{endpoint.base}/hear")
    endpoint.answers["/hear"] = answer
    message = await shop.hear("my secret")
    await start()
    (alert,) = await shop.alerts()
    assert (alert["code"], alert["level"]) == (code, "error")
    assert (alert["resource"], alert["account"]) == (f"SM{message.hex}", shop.account)
    assert (alert["request_method"], alert["request_url"]) == ("POST", f"{endpoint.base}/hear")
    assert "From=%2B14155552671" in alert["request_variables"]
    assert "secret" not in str(dict(alert)), "the text stands in the message alone"
    assert f"Content-Type: {answer[0]}" in alert["response_headers"]
    assert alert["response_body"] == answer[1].decode()[:4096]
    (entry,) = await shop.log()
    assert entry["code"] == code
    assert await kept() == []
    assert len(await shop.messages()) == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/status/500", 11217),
        ("/status/404", 11217),
        ("/close", 11200),
        ("/cut", 11206),
        ("/garbage", 11206),
        ("/loop", 11215),
        ("/hang#rt=200", 11200),
    ],
)
async def test_a_webhook_that_fails_is_an_alert_and_its_fallback_is_asked(
    shop: Shop, endpoint: Endpoint, start: Start, kept: Keep, path: str, code: int
) -> None:
    fallback = {"sms_fallback_url": f"{endpoint.base}/fallback", "sms_fallback_method": "GET"}
    await shop.number(sms_url=endpoint.base + path, **fallback)
    endpoint.answers["/fallback"] = twiml("<Message>We will be back</Message>")
    await shop.hear("Hello")
    await start()
    (call,) = await endpoint.heard(1, "/fallback")
    assert call.method == "GET"
    assert (call.query["ErrorCode"], call.query["ErrorUrl"]) == (
        str(code),
        endpoint.base + path.partition("#")[0],
    )
    assert call.query["Body"] == "Hello"
    assert call.is_signed_with(AUTH_TOKEN)
    (alert,) = await shop.alerts()
    assert alert["code"] == code
    await shop.log()
    (reply,) = await kept()
    assert reply["body"] == "We will be back"


async def test_an_answer_that_cannot_be_read_leads_to_the_fallback_too(
    shop: Shop, endpoint: Endpoint, start: Start, kept: Keep
) -> None:
    await shop.number(sms_url=f"{endpoint.base}/bad", sms_fallback_url=f"{endpoint.base}/worse")
    endpoint.answers["/bad"] = ("text/xml", b"<Response>")
    endpoint.answers["/worse"] = ("image/png", b"PNG")
    await shop.hear()
    await start()
    alerts = await shop.alerts(2)
    assert {alert["code"] for alert in alerts} == {12100, 12300}
    (call,) = endpoint.to("/worse")
    assert call.form["ErrorCode"] == "12100"
    assert await kept() == []


async def test_what_is_odd_is_a_warning_and_the_rest_holds(
    shop: Shop, endpoint: Endpoint, start: Start, kept: Keep
) -> None:
    await shop.number(sms_url=f"{endpoint.base}/hear")
    endpoint.answers["/hear"] = twiml(
        "<Shout/><Message to='nobody'>a</Message><Message/><Message>Hi</Message>"
        "<Message>b<Media>https://shop.example/a.png</Media></Message>"
    )
    await shop.hear()
    await start()
    alerts = await shop.alerts(4)
    assert {alert["code"] for alert in alerts} == {12200, 14101, 14103, 21622}
    assert {alert["level"] for alert in alerts if alert["code"] != 21622} == {"warning"}
    assert [reply["body"] for reply in await kept()] == ["Hi"]


async def test_a_slow_answer_counts_as_much(shop: Shop, endpoint: Endpoint, start: Start, kept: Keep) -> None:
    """It outlives its page: what came of it is written with the row that it left in the table."""
    await shop.number(sms_url=f"{endpoint.base}/slow")
    endpoint.answers["/slow"] = twiml("<Message>At</Message><Message/><Redirect>/next</Redirect>")
    endpoint.answers["/next"] = twiml("<Message>last</Message>")
    await shop.hear()
    await start()
    await shop.log()
    assert [reply["body"] for reply in await kept()] == ["At", "last"]
    assert [alert["code"] for alert in await shop.alerts()] == [14103]


async def test_who_opts_out_is_told_to_the_application_and_gets_no_reply_of_its(
    shop: Shop, endpoint: Endpoint, start: Start, kept: Keep
) -> None:
    await shop.number(sms_url=f"{endpoint.base}/hear")
    endpoint.answers["/hear"] = twiml("<Message>Why?</Message>")
    await shop.hear("STOP")
    await start()
    (call,) = await endpoint.heard(1)
    assert call.form["Body"] == "STOP"
    await shop.log()
    (confirmation,) = await kept()
    assert confirmation["body"].startswith("You have successfully been unsubscribed.")
    (alert,) = await shop.alerts()
    assert alert["code"] == 21610


async def test_with_advanced_opt_out_the_word_is_told(
    shop: Shop, endpoint: Endpoint, start: Start, db: Database
) -> None:
    service = await shop.service(inbound_request_url=f"{endpoint.base}/hear")
    endpoint.answers["/hear"] = twiml("")
    async with db.transaction() as connection:
        now = datetime.now(UTC)
        settings = msgspec.structs.replace(default_settings(), enabled=True)
        assert await keep_settings(connection, shop.account, service, settings, now=now)
    await start()
    for text, word in (("stop", "STOP"), ("Start", "START"), ("HELP", "HELP"), ("Hello", None)):
        message = await shop.hear(text)
        async with asyncio.timeout(30):
            while f"SM{message.hex}" not in {call.form["MessageSid"] for call in endpoint.calls}:
                await asyncio.sleep(0.02)
        call = endpoint.calls[-1]
        assert (call.form["Body"], call.form.get("OptOutType")) == (text, word)


async def test_a_private_address_is_refused_unless_allowed(
    shop: Shop, endpoint: Endpoint, start: Start
) -> None:
    await shop.number(sms_url=f"{endpoint.base}/hear")
    await shop.hear()
    await start(allow_private=False)
    (alert,) = await shop.alerts()
    assert alert["code"] == 11210
    assert endpoint.calls == []


async def test_a_failed_webhook_can_be_told_again(
    shop: Shop, endpoint: Endpoint, start: Start, kept: Keep, db: Database
) -> None:
    from tidings.webhooks.replay import replay_failed

    await shop.number(sms_url=f"{endpoint.base}/status/500")
    await shop.hear()
    await start()
    await shop.log()
    await shop.number(sms_url=f"{endpoint.base}/hear")
    endpoint.answers["/hear"] = twiml("<Message>Sorry, we were out</Message>")
    async with db.transaction() as connection:
        since = datetime.fromtimestamp(0, UTC)
        done = await replay_failed(connection, shop.account, since=since, now=datetime.now(UTC))
    assert done.replayed == 1
    await shop.log(2)
    (reply,) = await kept()
    assert reply["body"] == "Sorry, we were out"
