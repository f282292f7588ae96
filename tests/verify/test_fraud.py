"""The fraud guard: its arithmetic, its rules, and an attack planted among honest people."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.verify.place import ANNA, Place

from tidings.kernel.codes import REGION_NOT_ENABLED
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import LineType, PhoneNumber
from tidings.verify.fraud.judge import Blocked, Evidence, Passed, Rate, Slowed, judge, longest_run
from tidings.verify.fraud.level import FraudGuard
from tidings.verify.fraud.memory import Past, replay
from tidings.verify.fraud.posterior import beta_below, doubt
from tidings.verify.fraud.report import report, what_if
from tidings.verify.road import ours

START = datetime(2026, 11, 24, 8, tzinfo=UTC)
STRICTER = [FraudGuard.OFF, FraudGuard.BASIC, FraudGuard.STANDARD, FraudGuard.MAX]


@pytest.mark.parametrize(
    ("a", "b", "x", "expected"),
    [
        (1, 1, 0.25, 0.25),
        (2, 1, 0.5, 0.25),
        (1, 3, 0.5, 0.875),
        (2, 3, 0.4, 0.5248),
        (0.5, 0.5, 0.5, 0.5),
        (5, 5, 0.5, 0.5),
    ],
)
def test_the_beta_function_is_that_of_the_books(a: float, b: float, x: float, expected: float) -> None:
    assert beta_below(a, b, x) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=100)
@example(0, 0, 1.0)
@example(500, 500, 1.0)
@given(st.integers(0, 500), st.integers(0, 500), st.floats(0, 1))
def test_doubt_is_a_probability_that_grows_with_every_code_that_does_not_come_back(
    matured: int, converted: int, baseline: float
) -> None:
    converted = min(converted, matured)
    one = doubt(matured=matured, converted=converted, baseline=baseline)
    assert 0 <= one <= 1 + 1e-9
    assert doubt(matured=matured + 1, converted=converted, baseline=baseline) >= one - 1e-9


@settings(max_examples=100)
@given(
    st.builds(
        Evidence,
        range=st.builds(Rate, st.integers(0, 100), st.integers(0, 20)),
        neighbours=st.lists(st.integers(0, 9999), max_size=30).map(tuple),
        by_address=st.integers(0, 200),
        by_device=st.integers(0, 60),
    )
)
def test_a_stricter_level_lets_pass_nothing_that_a_milder_one_stops(seen: Evidence) -> None:
    stopped = [
        isinstance(judge(guard, number="+14155550199", line=LineType.MOBILE, seen=seen), Blocked)
        for guard in STRICTER
    ]
    assert stopped == sorted(stopped)


def test_numbers_in_a_row_are_counted_over_small_gaps() -> None:
    assert longest_run([1, 2, 3, 9], 4) == 4
    assert longest_run([1, 3, 5], 7) == 4
    assert longest_run([1, 4], 7) == 1
    assert longest_run([], 7) == 1


def test_each_rule_has_its_evidence() -> None:
    def rule(
        seen: Evidence, guard: FraudGuard = FraudGuard.STANDARD, line: LineType = LineType.MOBILE
    ) -> str:
        verdict = judge(guard, number="+14155550104", line=line, seen=seen)
        return "" if isinstance(verdict, Passed) else verdict.rule

    row = tuple(range(99, 104))
    assert rule(Evidence()) == ""
    assert rule(Evidence(neighbours=row)) == "fraud/run"
    assert rule(Evidence(neighbours=row, is_trusted=True)) == ""
    assert rule(Evidence(neighbours=row), FraudGuard.OFF) == ""
    assert rule(Evidence(range=Rate(25, 0))) == "fraud/range"
    assert rule(Evidence(range=Rate(25, 10))) == ""
    assert rule(Evidence(country=Rate(200, 1))) == "fraud/country"
    assert rule(Evidence(country=Rate(200, 90))) == ""
    assert rule(Evidence(country=Rate(200, 1)), FraudGuard.BASIC) == ""
    assert rule(Evidence(by_address=31)) == "fraud/address"
    assert rule(Evidence(by_address=31, is_resend=True)) == ""
    assert rule(Evidence(by_device=11)) == "fraud/device"
    assert rule(Evidence(by_user=11)) == "fraud/user"
    assert rule(Evidence(), line=LineType.PREMIUM_RATE) == "fraud/paid-line"
    assert rule(Evidence(is_trusted=True), line=LineType.SHARED_COST) == "fraud/paid-line"
    slow = Evidence(range=Rate(14, 0), since_last_seconds=1)
    verdict = judge(FraudGuard.STANDARD, number="+14155550104", line=LineType.MOBILE, seen=slow)
    assert isinstance(verdict, Slowed)
    assert verdict.seconds == 899
    later = Evidence(range=Rate(14, 0), since_last_seconds=900)
    assert rule(later) == ""


def test_a_planted_attack_is_stopped_and_honest_people_are_not() -> None:
    """Two days of honest traffic in five countries; on the second day somebody pumps 2,000 codes into five ranges."""
    past, attack = planted()
    figures = {}
    for guard in STRICTER[1:]:
        outcome, verdicts = replay(past, guard)
        stops = [
            not isinstance(verdict, Passed)
            for one, verdict in zip(past, verdicts, strict=True)
            if one in attack
        ]
        honest = [one for one in past if one not in attack]
        wrongly = outcome.stopped - sum(stops)
        begun = min(one.at for one in attack)
        first = next(
            one.at
            for one, verdict in zip(past, verdicts, strict=True)
            if one in attack and not isinstance(verdict, Passed)
        )
        figures[guard] = (sum(stops) / len(stops), wrongly / len(honest), (first - begun).total_seconds())
    for guard, (caught, wrong, seconds) in figures.items():
        print(
            f"{guard}: {caught:.1%} of the attack stopped, {wrong:.3%} of honest codes, first after {seconds:.0f} s"
        )
    assert figures[FraudGuard.BASIC][0] > 0.8
    assert figures[FraudGuard.STANDARD][0] > 0.9
    assert figures[FraudGuard.MAX][0] > 0.94
    assert figures[FraudGuard.STANDARD][1] < 0.005
    assert figures[FraudGuard.MAX][1] < 0.02
    assert figures[FraudGuard.STANDARD][2] < 300


def planted() -> tuple[list[Past], set[Past]]:
    lot = random.Random(7)
    honest: list[Past] = []
    places = [("+1415", 7), ("+1212", 7), ("+447400", 6), ("+33612", 6), ("+4915112", 6)]
    for second in range(0, 48 * 3600, 12):
        at = START + timedelta(seconds=second)
        prefix, digits = lot.choice(places)
        number = prefix + f"{lot.randrange(2 * 10 ** (digits - 1), 10**digits):0{digits}d}"
        back = at + timedelta(seconds=lot.randrange(10, 90)) if lot.random() < 0.72 else None
        honest.append(Past(at, number, back, f"198.51.100.{lot.randrange(250)}"))
    attack: set[Past] = set()
    ranges = ["+99450223", "+25571234", "+33612309", "+92300123", "+44740042"]
    for n in range(2000):
        at = START + timedelta(hours=30, seconds=n * 3)
        prefix = ranges[n % len(ranges)]
        digits = 3 if prefix.startswith("+33") else 4
        suffix = (n // len(ranges)) if n % 2 else lot.randrange(10**4)
        attack.add(Past(at, prefix + f"{suffix % 10**digits:0{digits}d}", None, f"203.0.113.{n % 200}"))
    assert all(PhoneNumber.parse(one.number) for one in [*honest, *attack])
    return sorted([*honest, *attack], key=lambda one: one.at), attack


async def test_numbers_in_a_row_are_blocked_and_the_account_is_alerted_once(verify: Place) -> None:
    numbers = [f"+1415555{digits}" for digits in range(2200, 2208)]
    replies = [await verify.start(number) for number in numbers]
    assert [reply.status for reply in replies] == [201] * 5 + [403] * 3
    assert replies[5].body["code"] == 60410
    assert "Rule fraud/run" in replies[5].body["message"]
    blocks = await verify.rows("select * from verify_blocks")
    assert {(row["rule"], row["number_range"], row["slowed"]) for row in blocks} == {
        ("fraud/run", "+1415555", False)
    }
    [alert] = await verify.rows("select code, text from alerts")
    assert (alert["code"], "+1415555XXXX" in alert["text"]) == (60410, True)
    assert (await verify.start(numbers[6], RiskCheck="disable")).status == 201
    safe = {"PhoneNumber": numbers[7]}
    await verify.home.ask("POST", "/verify/v2/SafeList/Numbers", as_=verify.shop, form=safe)
    assert (await verify.start(numbers[7])).status == 201
    for number in numbers[:5]:  # they come back after all: nothing is in a row any more
        assert (await verify.check(await verify.code(number), to=number)).body["valid"]
    assert (await verify.start("+14155552230")).status == 201


async def test_a_range_from_which_no_code_comes_back_is_blocked(verify: Place) -> None:
    """The database gives the evidence that the rules were tried with."""
    numbers = [f"+1415555{2000 + 37 * n}" for n in range(30)]
    for number in numbers[:12]:
        assert (await verify.start(number)).status == 201
        verify.clock.forward(seconds=130)
    slowed = await verify.start(numbers[12])
    assert (slowed.status, slowed.body["code"]) == (429, 20429)
    assert "the next in 770 s (Rule fraud/step-up.)" in slowed.body["message"]
    for number in numbers[12:22]:
        verify.clock.forward(seconds=900)
        assert (await verify.start(number)).status == 201
    verify.clock.forward(seconds=900)
    blocked = await verify.start(numbers[22])
    assert (blocked.status, blocked.body["code"]) == (403, 60410)
    assert "of 22 codes to its range 0 came back, where 65% are usual" in blocked.body["message"]


async def test_who_asks_too_often_is_stopped_and_a_known_number_is_not(verify: Place) -> None:
    await verify.set(FraudGuard="max")
    await verify.start(ANNA, Tags='{"device": "d1"}')
    assert (await verify.check(await verify.code())).body["valid"]
    numbers = [f"+44740012{digits}" for digits in range(1000, 1100, 20)]
    replies = [await verify.start(number, Tags='{"device": "d1"}') for number in numbers]
    assert [reply.status for reply in replies] == [201] * 3 + [403] * 2
    assert "Rule fraud/device" in replies[-1].body["message"]
    assert (await verify.start(ANNA, Tags='{"device": "d1"}')).status == 201


async def test_what_cannot_be_judged_is_refused_unless_the_operator_says_otherwise(verify: Place) -> None:
    async with verify.home.db.connection() as connection:
        await connection.execute("alter table verify_safe_numbers rename to away")
    refused = await verify.start()
    assert (refused.status, refused.body["code"]) == (403, 60410)
    await verify.set(FraudFailsOpen="true")
    assert (await verify.start()).status == 201


async def test_a_country_that_the_account_does_not_write_to_is_60605(verify: Place) -> None:
    refused = ours(Refused.because(REGION_NOT_ENABLED))
    assert (refused.code.number, refused.status) == (60605, 403)


async def test_the_report_tells_what_was_saved_and_another_level_what_it_would_have_stopped(
    verify: Place,
) -> None:
    for digits in range(2200, 2210):
        await verify.start(f"+1415555{digits}")
    await verify.start(ANNA)
    await verify.check(await verify.code())
    since = verify.clock() - timedelta(hours=1)
    async with verify.home.db.connection() as connection:
        told = await report(connection, verify.shop.account.id, since=since, price=0.05)
        assert (told.sent, told.converted, told.blocked, told.saved) == (6, 1, 5, 0.25)
        assert [(one.rule, one.number_range, one.blocked) for one in told.stops] == [
            ("fraud/run", "+1415555", 5)
        ]
        stricter = await what_if(connection, verify.shop.account.id, FraudGuard.MAX, since=since, price=0.05)
    assert (stricter.outcome.attempts, stricter.outcome.by_rule) == (6, {"fraud/run": 2})
    assert (stricter.outcome.stopped_honest, stricter.saved) == (0, 0.1)
