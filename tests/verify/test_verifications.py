"""Verifications from the first code to the last try: what counts, what is over, who wins."""

import asyncio

import pytest
from tests.api_home import SEALER
from tests.verify.place import ANNA, BEN, SHOP, Place, wrong

from tidings.kernel.sid import Sid
from tidings.runtime.database import Database
from tidings.verify.begin import verification_of
from tidings.verify.check import Checking, Said
from tidings.verify.code import PURPOSE, CodeKey


async def test_a_code_is_sent_said_and_good_once(verify: Place) -> None:
    started = await verify.start()
    assert (started.status, started.body["status"], started.body["valid"]) == (201, "pending", False)
    code = await verify.code()
    assert await verify.texts() == [f"Your Shop verification code is: {code}"]
    assert len(code) == 6
    assert code.isdigit()
    right = await verify.check(code)
    assert (right.status, right.body["status"], right.body["valid"]) == (201, "approved", True)
    assert right.body["sid"] == started.body["sid"]
    again = await verify.check(code)
    assert (again.status, again.body["code"]) == (404, 20404)
    [attempt] = await verify.rows("select * from verify_attempts")
    [message] = await verify.rows("select * from messages")
    assert (attempt["converted"], attempt["message"], attempt["country"]) == (True, message["id"], "US")


async def test_a_code_leaves_first_and_its_text_is_not_kept(verify: Place) -> None:
    await verify.start()
    [message] = await verify.rows("select * from messages")
    assert (message["priority"], message["intent"], message["discard_body"]) == (0, "otp", True)
    assert 590 <= (message["expires_at"] - message["created_at"]).total_seconds() <= 600


async def test_no_code_stands_in_what_is_kept_of_it(verify: Place) -> None:
    await verify.start()
    code = await verify.code()
    for table in ("verifications", "verify_attempts", "facts"):
        assert code not in str([dict(row) for row in await verify.rows(f"select * from {table}")])
    [row] = await verify.rows("select * from verifications")
    assert verification_of(row)
    assert CodeKey(SEALER.key_for(PURPOSE)).draw(row["seed"], row["length"]) == code
    assert CodeKey(SEALER.key_for("something else")).draw(row["seed"], row["length"]) != code


async def test_a_code_is_sent_again_as_it_was_and_five_times_at_most(verify: Place) -> None:
    first = await verify.start()
    for n in range(2, 6):
        again = await verify.start()
        assert (again.status, again.body["sid"]) == (201, first.body["sid"])
        assert len(again.body["send_code_attempts"]) == n
    assert len(set(await verify.texts())) == 1
    sixth = await verify.start()
    assert (sixth.status, sixth.body["code"]) == (429, 60203)
    assert len(await verify.texts()) == 5
    assert (await verify.check(await verify.code())).body["valid"]


async def test_five_wrong_tries_are_all_that_there_are(verify: Place) -> None:
    started = await verify.start()
    code = await verify.code()
    for _ in range(5):
        tried = await verify.check(wrong(code))
        assert (tried.status, tried.body["status"], tried.body["valid"]) == (201, "pending", False)
    for _ in range(2):
        refused = await verify.check(code)
        assert (refused.status, refused.body["code"]) == (429, 60202)
    anew = await verify.start()
    assert (anew.status, anew.body["code"]) == (429, 60202)  # spent tries stay spent
    fetched = await verify.get(f"/Verifications/{started.body['sid']}")
    assert fetched.body["status"] == "max_attempts_reached"
    verify.clock.forward(seconds=601)
    assert (await verify.check(code)).body["code"] == 20404
    later = await verify.start()
    assert (later.status, later.body["sid"] != started.body["sid"]) == (201, True)
    assert (await verify.check(await verify.code())).body["valid"]


async def test_a_code_is_good_until_its_time_is_over(verify: Place) -> None:
    started = await verify.start()
    code = await verify.code()
    verify.clock.forward(seconds=595)
    assert not (await verify.check(wrong(code))).body["valid"]
    verify.clock.forward(seconds=10)
    for reply in (
        await verify.check(code),
        await verify.check(code, VerificationSid=started.body["sid"]),
        await verify.get(f"/Verifications/{started.body['sid']}"),
        await verify.post(f"/Verifications/{ANNA.replace('+', '%2B')}", Status="approved"),
    ):
        assert (reply.status, reply.body["code"]) == (404, 20404)


async def test_of_two_right_checks_one_wins(verify: Place) -> None:
    for _ in range(5):
        started = await verify.start()
        code = await verify.code()
        replies = await asyncio.gather(
            *(verify.check(code) for _ in range(4)), verify.check(code, VerificationSid=started.body["sid"])
        )
        assert sorted(reply.status for reply in replies) == [201, 404, 404, 404, 404]


async def test_tries_at_the_same_moment_count_each(verify: Place) -> None:
    await verify.start()
    code = await verify.code()
    replies = await asyncio.gather(*(verify.check(wrong(code)) for _ in range(12)))
    assert sorted(reply.status for reply in replies) == [201] * 5 + [429] * 7
    assert (await verify.check(code)).status == 429


async def test_another_process_gives_nobody_more_tries(verify: Place, db: Database) -> None:
    """A restarted process, and one on another host, see what was tried at the first."""
    await verify.start()
    code = await verify.code()
    service = Sid.parse(verify.service, "VA")
    assert service is not None
    others = [Checking(db, key=CodeKey(SEALER.key_for(PURPOSE))) for _ in range(3)]
    said = Said(
        account=verify.shop.account.id,
        service=service.uuid,
        verification=None,
        recipient=ANNA,
        code=wrong(code),
        amount=None,
        payee=None,
        now=verify.clock(),
    )
    await asyncio.gather(*(other.check(said) for other in others for _ in range(4)))
    for other in others:
        await other.close()
    assert (await verify.check(code)).body["code"] == 60202


async def test_a_resend_and_a_check_at_once_leave_one_of_both_orders(verify: Place) -> None:
    started = await verify.start()
    code = await verify.code()
    again, right = await asyncio.gather(verify.start(), verify.check(code))
    assert (right.status, right.body["valid"]) == (201, True)
    assert again.status == 201
    if (
        again.body["sid"] != started.body["sid"]
    ):  # it was approved first: this is a new one, with its own code
        assert (await verify.check(code)).body.get("valid") in (False, None)
    else:
        assert (await verify.check(code)).status == 404


async def test_requests_for_one_person_at_the_same_moment_are_one(verify: Place) -> None:
    replies = await asyncio.gather(*(verify.start() for _ in range(4)))
    codes = sorted((reply.status, reply.body.get("code", 0)) for reply in replies)
    assert codes[0] == (201, 0)
    assert set(codes) <= {(201, 0), (429, 60212)}
    assert len(await verify.texts()) == codes.count((201, 0))


async def test_another_account_and_another_service_know_nothing(verify: Place) -> None:
    started = await verify.start()
    code = await verify.code()
    theirs = await verify.home.open_account("Theirs")
    for reply in (
        await verify.post("/VerificationCheck", as_=theirs, To=ANNA, Code=code),
        await verify.get(f"/Verifications/{started.body['sid']}", as_=theirs),
    ):
        assert (reply.status, reply.body["code"]) == (404, 20404)
    made = await verify.home.ask(
        "POST", "/verify/v2/Services", as_=verify.shop, form={"FriendlyName": "Other"}
    )
    other = Place(verify.home, verify.shop, made.body["sid"], verify.clock)
    assert (await other.check(code)).status == 404
    assert (await other.check(code, VerificationSid=started.body["sid"])).status == 404
    assert (await verify.check(code)).body["valid"]


async def test_its_owner_ends_a_verification(verify: Place) -> None:
    sid = (await verify.start()).body["sid"]
    canceled = await verify.post(f"/Verifications/{sid}", Status="canceled")
    assert (canceled.status, canceled.body["status"], canceled.body["valid"]) == (200, "canceled", False)
    assert (await verify.check(await verify.code())).status == 404
    assert (await verify.start()).body["sid"] != sid
    approved = await verify.post(f"/Verifications/{ANNA.replace('+', '%2B')}", Status="approved")
    assert (approved.body["status"], approved.body["valid"]) == ("approved", True)
    assert [
        row["converted"] for row in await verify.rows("select converted from verify_attempts order by id")
    ] == [False, True]


@pytest.mark.parametrize("form", [{}, {"CustomCode": "shop42"}])
async def test_a_code_of_ones_own_is_said_with_each_sending(verify: Place, form: dict[str, str]) -> None:
    refused = await verify.start(CustomCode="482910")
    assert (refused.status, refused.body["code"]) == (403, 60204)
    await verify.set(CustomCodeEnabled="true")
    assert (await verify.start(CustomCode="482910")).status == 201
    assert await verify.code() == "482910"
    again = await verify.start(**form)
    if form:
        assert (again.status, await verify.code()) == (201, "shop42")
        assert (await verify.check("shop42")).body["valid"]
    else:
        assert (again.status, again.body["code"]) == (400, 60200)
        assert (await verify.check("482910")).body["valid"]


async def test_what_is_paid_is_part_of_what_is_approved(verify: Place) -> None:
    assert (await verify.start(Amount="39.99", Payee="Acme")).body["code"] == 60204
    await verify.set(Psd2Enabled="true")
    assert (await verify.start()).body["code"] == 60206
    assert (await verify.start(Amount="39.99", Payee="Acme")).status == 201
    [text] = await verify.texts()
    assert "39.99 to Acme" in text
    code = await verify.code()
    assert (await verify.check(code)).body["code"] == 60206
    assert not (await verify.check(code, Amount="3999", Payee="Acme")).body["valid"]
    right = await verify.check(code, Amount="39.99", Payee="Acme")
    assert (right.body["valid"], right.body["amount"], right.body["payee"]) == (True, "39.99", "Acme")


async def test_what_the_road_refuses_is_no_verification(verify: Place) -> None:
    """The account's sender is gone: nothing is under way, and the person is not counted as asked."""
    async with verify.home.db.connection() as connection:
        await connection.execute("update senders set sms = false")
    refused = await verify.start()
    assert (refused.status, refused.body["code"]) == (403, 60223)
    assert [row["status"] for row in await verify.rows("select status from verifications")] == ["failed"]
    async with verify.home.db.connection() as connection:
        await connection.execute("update senders set sms = true where address = $1", SHOP)
    started = await verify.start()
    assert len(started.body["send_code_attempts"]) == 1


async def test_a_service_that_is_given_up_takes_its_codes_along(verify: Place) -> None:
    await verify.start()
    code = await verify.code()
    assert (await verify.home.ask("DELETE", verify.path, as_=verify.shop)).status == 204
    assert (await verify.check(code)).status == 404
    assert [row["status"] for row in await verify.rows("select status from verifications")] == ["deleted"]


async def test_a_number_that_takes_no_texts_is_skipped_where_the_service_says_so(verify: Place) -> None:
    assert (await verify.start(to="+442079460958")).body["code"] == 60205
    await verify.set(LookupEnabled="true", SkipSmsToLandlines="true")
    started = await verify.start(to=BEN)
    assert started.body["lookup"]["carrier"]["type"] == "mobile"
    assert (await verify.get(f"/Verifications/{started.body['sid']}")).body["lookup"] == started.body[
        "lookup"
    ]
