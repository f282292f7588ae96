"""Which facts are told, how, and what becomes of each callback."""

from uuid import uuid4

import pytest
from tests.webhooks.conftest import AUTH_TOKEN, Start, World
from tests.webhooks.endpoint import Endpoint


async def test_each_state_is_told_signed_and_logged(world: World, endpoint: Endpoint, start: Start) -> None:
    await start()
    message = await world.tell(f"{endpoint.base}/ok?a=b", "sent")
    await world.happen(message, "delivered", detail={"done_date": "2611240310"})
    calls = await endpoint.heard(2)
    assert {call.form["MessageStatus"] for call in calls} == {"sent", "delivered"}
    assert all(call.is_signed_with(AUTH_TOKEN) for call in calls)
    rows = await world.ended(2)
    assert [(row["answer_status"], row["code"], row["attempts"]) for row in rows] == [(200, None, 1)] * 2
    assert {row["message"] for row in rows} == {message}
    assert await world.pending() == []


async def test_the_state_that_the_call_was_answered_with_is_not_told(
    world: World, endpoint: Endpoint, start: Start
) -> None:
    direct = await world.message(f"{endpoint.base}/ok")
    served = await world.message(f"{endpoint.base}/ok", service=uuid4())
    await world.happen(direct, "queued")
    await world.happen(served, "accepted", "scheduled", "queued")
    await start()
    await world.ended(1)
    assert [call.form["MessageSid"] for call in endpoint.calls] == [f"SM{served.hex}"]
    assert endpoint.calls[0].form["MessageStatus"] == "queued"


async def test_nobody_is_told_of_a_message_without_a_callback(
    world: World, endpoint: Endpoint, start: Start
) -> None:
    silent = await world.message(None)
    await world.happen(silent, "sent", "delivered")
    await world.tell(f"{endpoint.base}/ok")
    await start()
    await world.ended(1)
    assert len(endpoint.calls) == 1


@pytest.mark.parametrize(
    ("path", "code", "attempts"),
    [
        ("/status/500", 11217, 1),
        ("/status/404", 11217, 1),
        ("/status/304", 11217, 1),
        ("/status/500#rc=2&rp=5xx", 11217, 3),
        ("/close", 11200, 1),
        ("/cut", 11206, 1),
        ("/garbage", 11206, 1),
        ("/loop", 11215, 1),
        ("/lost", 11216, 1),
        ("/to?ftp://example.com/", 11216, 1),
        ("/hang#rt=200", 11200, 1),
        ("/hang#tt=200", 11200, 1),
        ("/hang#rt=200&rc=1&rp=rt", 11200, 2),
    ],
)
async def test_a_callback_that_fails_ends_in_the_log_with_its_code(
    world: World, endpoint: Endpoint, start: Start, path: str, code: int, attempts: int
) -> None:
    await start()
    await world.tell(endpoint.base + path)
    (row,) = await world.ended()
    assert (row["code"], row["attempts"]) == (code, attempts)
    assert await world.pending() == []


async def test_an_endpoint_that_refuses_is_tried_once_more_and_then_given_up(
    world: World, endpoint: Endpoint, start: Start
) -> None:
    await endpoint.close()
    await start()
    await world.tell(endpoint.base + "/ok")
    (row,) = await world.ended()
    assert (row["code"], row["attempts"], row["answer_status"]) == (11205, 2, None)


async def test_a_retry_carries_the_same_token(world: World, endpoint: Endpoint, start: Start) -> None:
    await start()
    await world.tell(endpoint.base + "/flaky#rc=1&rp=5xx")
    first, second = await endpoint.heard(2)
    assert first.token == second.token
    (row,) = await world.ended()
    assert (row["code"], row["attempts"]) == (None, 2)


@pytest.mark.parametrize("path", ["/until-close", "/endless", "/status/204"])
async def test_the_body_of_an_answer_does_not_matter(
    world: World, endpoint: Endpoint, start: Start, path: str
) -> None:
    await start()
    await world.tell(endpoint.base + path)
    (row,) = await world.ended()
    assert row["code"] is None


async def test_a_redirect_is_followed_and_signed_anew(world: World, endpoint: Endpoint, start: Start) -> None:
    await start()
    await world.tell(f"{endpoint.base}/to?{endpoint.base}/ok?x=1")
    await world.tell(f"{endpoint.base}/see?/ok?x=2")
    await world.ended(2)
    posted, got = sorted(endpoint.to("/ok"), key=lambda call: call.target)
    assert (posted.method, posted.form["MessageStatus"]) == ("POST", "sent")
    assert (got.method, got.body) == ("GET", b"")
    assert posted.is_signed_with(AUTH_TOKEN)
    assert got.is_signed_with(AUTH_TOKEN)


@pytest.mark.parametrize("path", ["/basic", "/digest"])
async def test_credentials_of_the_url_answer_a_challenge(
    world: World, endpoint: Endpoint, start: Start, path: str
) -> None:
    await start()
    await world.tell(f"http://u:p@127.0.0.1:{endpoint.port}{path}")
    (row,) = await world.ended()
    assert row["code"] is None
    asked, answered = endpoint.to(path)
    assert "authorization" not in asked.headers
    assert answered.headers["authorization"].lower().startswith(path[1:])
    assert answered.is_signed_with(AUTH_TOKEN)
    assert row["url"] == endpoint.base + path, "credentials stay out of the log"


async def test_credentials_do_not_follow_a_redirect_elsewhere(
    world: World, endpoint: Endpoint, start: Start
) -> None:
    other = await Endpoint().listen()
    await start()
    await world.tell(f"http://u:p@127.0.0.1:{endpoint.port}/to?{other.base}/basic")
    (row,) = await world.ended()
    assert row["answer_status"] == 401
    assert all("authorization" not in call.headers for call in other.calls)
    await other.close()


async def test_a_kept_connection_that_the_endpoint_closed_costs_no_attempt(
    world: World, endpoint: Endpoint, start: Start
) -> None:
    endpoint.close_after_answer = True
    await start()
    for count in range(1, 6):
        await world.tell(endpoint.base + "/ok")
        await world.ended(count)
    assert {(row["code"], row["attempts"]) for row in await world.log()} == {(None, 1)}


async def test_connections_are_kept(world: World, endpoint: Endpoint, start: Start) -> None:
    await start()
    for count in range(1, 11):
        await world.tell(endpoint.base + "/ok")
        await world.ended(count)
    assert endpoint.connections == 1


async def test_the_fallback_is_told_when_the_primary_url_has_failed(
    world: World, endpoint: Endpoint, start: Start
) -> None:
    """Status callbacks have no fallback URL of their own; those that have one wait in the table like any other."""
    message = await world.message(f"{endpoint.base}/status/500")
    async with world.db.connection() as connection:
        await connection.execute(
            "insert into webhook_pending values ($1, $2, 1, 1, now(), $3, $4, 'sent', $5, $6, 'To=1', 0, 0, 0)",
            world.bucket,
            endpoint.base,
            world.account,
            message,
            f"{endpoint.base}/status/500#rc=1&rp=5xx",
            f"{endpoint.base}/ok",
        )
    await start()
    (row,) = await world.ended()
    assert (row["code"], row["attempts"], row["url"]) == (None, 3, f"{endpoint.base}/ok")
    (told,) = endpoint.to("/ok")
    assert told.form == {"ErrorCode": "11217", "ErrorUrl": f"{endpoint.base}/status/500", "To": "1"}
    assert told.is_signed_with(AUTH_TOKEN)


async def test_a_callback_that_fails_is_an_alert(world: World, endpoint: Endpoint, start: Start) -> None:
    await start()
    service = uuid4()
    message = await world.message(f"{endpoint.base}/status/500", service=service)
    await world.happen(message, "sent")
    await world.ended()
    async with world.db.connection() as connection:
        (alert,) = await connection.fetch("select * from alerts")
    assert (alert["code"], alert["level"], alert["account"]) == (11217, "error", world.account)
    assert (alert["resource"], alert["service"]) == (f"SM{message.hex}", service)
    assert (alert["request_method"], alert["request_url"]) == ("POST", f"{endpoint.base}/status/500")
    assert "MessageStatus=sent" in alert["request_variables"]


async def test_a_callback_may_be_asked_by_get(world: World, endpoint: Endpoint, start: Start) -> None:
    """The `action` of a TwiML Message with method="GET"."""
    await start()
    await world.tell(f"{endpoint.base}/ok?a=b#m=get", "sent")
    (call,) = await endpoint.heard(1)
    assert (call.method, call.body) == ("GET", b"")
    assert (call.query["a"], call.query["MessageStatus"]) == ("b", "sent")
    assert call.is_signed_with(AUTH_TOKEN)
