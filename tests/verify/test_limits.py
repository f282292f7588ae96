"""Rate limits, roads, templates and attempts, over the API."""

import asyncio
from typing import Any

from tests.verify.place import ANNA, BEN, Place, wrong

from tidings.kernel.sid import Sid
from tidings.runtime.database import Database
from tidings.verify.limits.count import forget_counts

IP = '{"ip": "192.0.2.7"}'


async def limit(verify: Place, name: str, **buckets: int) -> str:
    """A rate limit with buckets of `s{interval}=max`."""
    made = await verify.post("/RateLimits", UniqueName=name)
    assert made.status == 201, made.text
    sid: str = made.body["sid"]
    for interval, most in buckets.items():
        reply = await verify.post(f"/RateLimits/{sid}/Buckets", Max=str(most), Interval=interval[1:])
        assert reply.status == 201, reply.text
    return sid


async def test_a_value_is_let_through_so_often_in_its_window(verify: Place) -> None:
    await limit(verify, "ip", s60=2, s3600=3)
    numbers = [f"+1415555019{n}" for n in range(6)]
    assert [(await verify.start(to, RateLimits=IP)).status for to in numbers[:3]] == [201, 201, 429]
    refused = await verify.start(numbers[2], RateLimits=IP)
    assert refused.body == {
        "code": 20429,
        "message": "Too many requests",
        "more_info": "https://www.twilio.com/docs/errors/20429",
        "status": 429,
    }
    assert (await verify.start(numbers[3], RateLimits='{"ip": "192.0.2.8"}')).status == 201
    assert (await verify.start(numbers[4])).status == 201
    verify.clock.forward(seconds=61)
    assert (await verify.start(numbers[2], RateLimits=IP)).status == 201
    assert (await verify.start(numbers[5], RateLimits=IP)).status == 429  # the hour's bucket is full
    assert "192.0.2" not in str([dict(row) for row in await verify.rows("select * from verify_rate_counts")])
    async with verify.home.db.connection() as connection:
        verify.clock.forward(hours=2)
        assert await forget_counts(connection, now=verify.clock()) == 4


async def test_requests_at_the_same_moment_are_counted_each(verify: Place) -> None:
    await limit(verify, "ip", s60=3)
    replies = await asyncio.gather(*(verify.start(f"+1415555018{n}", RateLimits=IP) for n in range(8)))
    assert sorted(reply.status for reply in replies) == [201] * 3 + [429] * 5


async def test_a_limit_that_there_is_not_is_told(verify: Place) -> None:
    assert (await verify.start(RateLimits=IP)).body["code"] == 60200
    await limit(verify, "ip")  # without a bucket it counts nothing
    assert (await verify.start(RateLimits=IP)).status == 201


async def test_limits_and_buckets_have_their_bounds(verify: Place) -> None:
    sid = await limit(verify, "ip", s60=1)

    async def code(path: str, **form: str) -> int:
        reply = await verify.post(path, **form)
        return 0 if reply.status < 300 else int(reply.body["code"])

    buckets = f"/RateLimits/{sid}/Buckets"
    assert await code("/RateLimits", UniqueName="ip") == 60208
    assert await code("/RateLimits", UniqueName="no blanks") == 60209
    assert await code("/RateLimits") == 60200
    assert await code(buckets, Max="0", Interval="5") == 60200
    assert await code(buckets, Max="1", Interval="x") == 60200
    assert await code(buckets, Max="9", Interval="60") == 60211
    assert [await code(buckets, Max="1", Interval=str(n)) for n in range(61, 66)] == [0, 0, 0, 0, 60210]
    assert [await code("/RateLimits", UniqueName=f"n{n}") for n in range(10)] == [0] * 9 + [60207]


async def test_codes_for_a_country_leave_by_the_service_that_is_configured(verify: Place) -> None:
    async def pool(name: str, address: str) -> str:
        await verify.home.give_sender(verify.shop, address, mps=50)
        path = "/messaging/v1/Services"
        made = await verify.home.ask("POST", path, as_=verify.shop, form={"FriendlyName": name})
        [row] = await verify.rows("select id from senders where address = $1", address)
        joined = await verify.home.ask(
            "POST",
            f"{path}/{made.body['sid']}/PhoneNumbers",
            as_=verify.shop,
            form={"PhoneNumberSid": str(Sid("PN", row["id"]))},
        )
        assert joined.status == 201, joined.text
        sid: str = made.body["sid"]
        return sid

    usual, british = await pool("usual", "+14155550101"), await pool("british", "+447400000001")
    made = await verify.post("/MessagingConfigurations", Country="GB", MessagingServiceSid=british)
    assert (made.status, made.body["country"]) == (201, "GB")
    again = await verify.post("/MessagingConfigurations", Country="gb", MessagingServiceSid=usual)
    assert again.body["code"] == 60213
    assert (
        await verify.post("/MessagingConfigurations", Country="XX", MessagingServiceSid=usual)
    ).status == 400
    await verify.post("/MessagingConfigurations", Country="all", MessagingServiceSid=usual)
    assert (await verify.start(BEN)).status == 201
    assert (await verify.start(ANNA)).status == 201
    sent = await verify.rows("select recipient, sender from messages order by created_at")
    assert [tuple(row) for row in sent] == [(BEN, "+447400000001"), (ANNA, "+14155550101")]


async def test_an_account_has_texts_of_its_own(verify: Place) -> None:
    path = "/tidings/v1/verify/templates"
    text: dict[str, Any] = {
        "friendly_name": "Delivery",
        "translations": {
            "en": "{{code}} opens locker {{locker}} of {{friendly_name}}",
            "de": "{{code}}: {{locker}}",
        },
    }
    made = await verify.home.ask("POST", path, as_=verify.shop, json=text)
    assert made.status == 201, made.text
    sid = made.body["sid"]
    lacking = await verify.start(TemplateSid=sid)
    assert lacking.body["code"] == 60200
    filled = {"TemplateSid": sid, "TemplateCustomSubstitutions": '{"locker": "12"}'}
    await verify.start(**filled)
    [sent] = await verify.texts()
    assert sent.endswith(" opens locker 12 of Shop")
    await verify.start(Locale="de-AT", **filled)
    assert (await verify.texts())[-1].endswith(": 12")
    theirs = await verify.home.open_account("Theirs")
    for method in ("PUT", "DELETE"):
        json = text if method == "PUT" else None
        assert (await verify.home.ask(method, f"{path}/{sid}", as_=theirs, json=json)).status == 404
    for bad in (
        {"friendly_name": "x", "translations": {"en": "no place"}},
        {"friendly_name": "x", "translations": {"de": "{{code}}"}},
        {"friendly_name": "x", "translations": {"en": "{{code}}"}, "channels": ["fax"]},
        {"friendly_name": "", "translations": {"en": "{{code}}"}},
    ):
        assert (await verify.home.ask("POST", path, as_=verify.shop, json=bad)).status == 400, bad
    changed = await verify.home.ask(
        "PUT", f"{path}/{sid}", as_=verify.shop, json=text | {"translations": {"en": "{{code}}!"}}
    )
    assert changed.body["translations"]["en"]["text"] == "{{code}}!"
    assert (await verify.home.ask("DELETE", f"{path}/{sid}", as_=verify.shop)).status == 204
    assert (await verify.start(TemplateSid=sid)).body["code"] == 60228


async def test_attempts_tell_what_became_of_codes(verify: Place, db: Database) -> None:
    await verify.start(ANNA)
    await verify.start(ANNA)
    await verify.check(await verify.code())
    await verify.start(BEN)
    await verify.check(wrong("123456"), to=BEN)

    async def told(query: str) -> Any:
        return (await verify.home.ask("GET", f"/verify/v2/Attempts{query}", as_=verify.shop)).body

    attempts = (await told(""))["attempts"]
    assert [one["conversion_status"] for one in attempts] == ["unconverted", "converted", "unconverted"]
    newest = attempts[0]
    assert newest["channel_data"] | {"verification_sid": ""} == {
        "verification_sid": "",
        "to": BEN,
        "status": "unconfirmed",
        "message_status": "queued",
        "error_code": None,
        "country": "GB",
        "code_length": 6,
        "locale": "en",
        "mcc": None,
        "mnc": None,
        "carrier": None,
    }
    assert await told(f"/{newest['sid']}") == newest
    for query, count in (
        ("?Country=US", 2),
        ("?Status=CONVERTED", 1),
        ("?ChannelData.To=%2B447400123456", 1),
        (f"?VerificationSid={newest['verification_sid']}", 1),
        (f"?VerifyServiceSid={verify.service}", 3),
        ("?Channel=call", 0),
        ("?DateCreatedAfter=2100-01-01T00:00:00Z", 0),
        ("?PageSize=2", 2),
    ):
        assert len((await told(query))["attempts"]) == count, query
    summary = await told("/Summary")
    assert [summary[key] for key in ("total_attempts", "total_converted", "total_unconverted")] == [3, 1, 2]
    assert summary["conversion_rate_percentage"] == "33.333333333"
    assert (await told("/Summary?DestinationPrefix=44"))["total_attempts"] == 1
    assert (await told("/Summary?Country=FR"))["conversion_rate_percentage"] == "0"
    assert (await told("?Status=perhaps"))["code"] == 60200
    theirs = await verify.home.open_account("Theirs")
    others = await verify.home.ask("GET", "/verify/v2/Attempts/Summary", as_=theirs)
    assert others.body["total_attempts"] == 0


async def test_how_a_verification_stands_is_told_sixty_times_a_minute(verify: Place) -> None:
    sid = (await verify.start()).body["sid"]
    for _ in range(60):
        assert (await verify.get(f"/Verifications/{sid}")).status == 200
    refused = await verify.get(f"/Verifications/{ANNA}")
    assert (refused.status, refused.body["code"]) == (429, 20429)
    verify.clock.forward(seconds=61)
    assert (await verify.get(f"/Verifications/{sid}")).status == 200
