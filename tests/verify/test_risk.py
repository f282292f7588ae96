"""Lookup's pumping risk, from the account's own codes."""

from datetime import timedelta

from tests.verify.place import Place

NUMBERS = [f"+4479111230{n:02d}" for n in range(0, 60, 2)]


async def test_a_range_from_which_no_code_comes_back_is_a_risk(verify: Place) -> None:
    await verify.set(FraudGuard="off")
    path = f"/lookups/v2/PhoneNumbers/{NUMBERS[0]}?Fields=sms_pumping_risk"

    async def risk() -> dict[str, object]:
        found: dict[str, object] = (await verify.home.ask("GET", path, as_=verify.shop)).body[
            "sms_pumping_risk"
        ]
        return found

    assert await risk() == dict.fromkeys(
        (
            "carrier_risk_category",
            "number_blocked",
            "number_blocked_date",
            "number_blocked_last_3_months",
            "sms_pumping_risk_score",
        )
    ) | {"error_code": 60606}
    verify.clock.forward(minutes=-10)
    for number in NUMBERS:
        await verify.start(number)
    high = await risk()
    assert (high["carrier_risk_category"], high["error_code"]) == ("high", None)
    assert (high["number_blocked"], high["number_blocked_last_3_months"]) == (False, False)
    for number in NUMBERS[2:]:
        assert (await verify.check(await verify.code(number), to=number)).body["valid"]
    assert (await risk())["carrier_risk_category"] == "low"


async def test_a_number_that_the_guard_blocked_says_so(verify: Place) -> None:
    number, id = "+447911123000", verify.shop.account.id
    async with verify.home.db.connection() as connection:
        await connection.execute(
            "insert into verify_blocks (id, account, service, at, recipient, number_range, country, guard, rule, why,"
            " slowed) values (gen_random_uuid(), $1, gen_random_uuid(), $2, $3, '+44791112', 'GB', 'standard', 'x',"
            " 'x', false)",
            id,
            verify.clock() - timedelta(days=2),
            number,
        )
    shown = (
        await verify.home.ask(
            "GET", f"/lookups/v2/PhoneNumbers/{number}?Fields=sms_pumping_risk", as_=verify.shop
        )
    ).body["sms_pumping_risk"]
    assert (shown["number_blocked"], shown["number_blocked_last_3_months"]) == (False, True)
    assert shown["number_blocked_date"] is not None
