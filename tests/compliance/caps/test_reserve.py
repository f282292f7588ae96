"""Sends are counted before they leave, whoever else counts them at the same moment."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from msgspec.structs import replace as replace_struct

from tidings.compliance.caps import (
    Abroad,
    Asking,
    Cap,
    Caps,
    CapSettings,
    Over,
    Reservations,
    Wish,
    asking_of,
    give_back,
    reserve,
)
from tidings.compliance.caps.cap import MOST_SENDS, Counting, pack
from tidings.compliance.caps.clear import count_clear
from tidings.compliance.caps.jobs import forget
from tidings.compliance.caps.reserve import INTERNATIONAL_CAP, sends_abroad, sends_of
from tidings.compliance.caps.settings import account_caps
from tidings.compliance.caps.settings_of import keep_settings
from tidings.compliance.packs.pack import shipped
from tidings.compliance.verdict import Allowed, Held, Refused, Rule, Traffic
from tidings.runtime.database import Database, with_retries

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA, BERT = "+14155552671", "+14155552672"
TWO_A_DAY = Cap(Rule("caps/own/day", "1", "test", ""), 2, DAY, frozenset({Traffic.MARKETING}))
ABROAD = Abroad(Rule("caps/international", "1", "test", ""), 3)


def asking(
    account: UUID,
    recipient: str = ANNA,
    *,
    at: datetime = NOON,
    abroad: Abroad | None = None,
    skip: bool = False,
) -> Asking:
    wish = Wish(caps=(TWO_A_DAY,), traffic=Traffic.MARKETING, over=Over(skip=skip))
    return Asking(
        account=account, recipient=recipient, at=at, traffic=Traffic.MARKETING, wish=wish, abroad=abroad
    )


async def kinds(db: Database, *asked: Asking) -> list[str]:
    async with db.transaction() as connection:
        return [type(verdict).__name__ for verdict in await reserve(connection, asked)]


async def test_a_batch_is_counted_in_its_order(db: Database) -> None:
    shop = uuid4()
    batch = [asking(shop), asking(shop, BERT), asking(shop), asking(shop), asking(shop, skip=True)]
    assert await kinds(db, *batch) == ["Allowed", "Allowed", "Allowed", "Held", "Refused"]
    assert await kinds(db, asking(uuid4())) == ["Allowed"], "accounts do not count each other's"
    assert await kinds(db, asking(shop, at=NOON + DAY)) == ["Allowed"]


async def test_many_processes_together_send_a_person_no_more_than_the_cap(db: Database) -> None:
    shop = uuid4()
    people = [f"+1415555{n:04d}" for n in range(7)]

    async def one(shift: int) -> list[Allowed | Held | Refused]:
        batch = [asking(shop, person, abroad=None) for person in people[shift:] + people[:shift]]

        async def once() -> list[Allowed | Held | Refused]:
            async with db.transaction() as connection:
                return await reserve(connection, batch)

        return await with_retries(once)

    verdicts = await asyncio.gather(*(one(n % 7) for n in range(16)))
    granted = [verdict for batch in verdicts for verdict in batch if isinstance(verdict, Allowed)]
    assert len(granted) == 2 * len(people)
    async with db.connection() as connection:
        assert [len(await sends_of(connection, shop, person)) for person in people] == [2] * 7


async def test_what_was_not_sent_is_given_back(db: Database) -> None:
    shop = uuid4()
    first, second = asking(shop, abroad=ABROAD), asking(shop, at=NOON + timedelta(hours=1), abroad=ABROAD)
    assert await kinds(db, first, second, asking(shop)) == ["Allowed", "Allowed", "Held"]
    async with db.transaction() as connection:
        await give_back(connection, [first])
        assert await sends_of(connection, shop, ANNA) == [second.wish.send(second.at)] if second.wish else []
        assert await sends_abroad(connection, shop, at=NOON) == 1
        await give_back(connection, [first])
        assert len(await sends_of(connection, shop, ANNA)) == 1
    assert await kinds(db, asking(shop, at=NOON + timedelta(hours=2))) == ["Allowed"]


async def test_a_rollback_counts_nothing(db: Database) -> None:
    shop = uuid4()
    try:
        async with db.transaction() as connection:
            await reserve(connection, [asking(shop), asking(shop)])
            raise KeyError
    except KeyError:
        pass  # as when the accept fails
    assert await kinds(db, asking(shop), asking(shop)) == ["Allowed", "Allowed"]


async def test_a_new_account_sends_so_many_a_day_abroad(db: Database) -> None:
    shop = uuid4()
    people = [f"+44740012345{n}" for n in range(5)]
    batch = [asking(shop, person, abroad=ABROAD) for person in people]
    async with db.transaction() as connection:
        *_, fourth, fifth = await reserve(connection, batch)
        assert isinstance(fourth, Held)
        assert fourth.until == datetime(2026, 11, 25, tzinfo=UTC)
        assert await sends_of(connection, shop, people[4]) == [], "what waits for the day is not counted"
        code = Asking(account=shop, recipient=ANNA, at=NOON, traffic=Traffic.ESSENTIAL, abroad=ABROAD)
        (refused,) = await reserve(connection, [code])
        assert isinstance(refused, Refused)
        assert refused.code is INTERNATIONAL_CAP, "a code is of no use tomorrow"
    assert await kinds(db, asking(shop, people[0], at=NOON + DAY, abroad=ABROAD)) == ["Allowed"]
    assert fifth.until == fourth.until if isinstance(fifth, Held) else False


async def test_a_person_over_their_cap_takes_no_place_abroad(db: Database) -> None:
    shop = uuid4()
    assert await kinds(db, *[asking(shop, abroad=ABROAD)] * 3) == ["Allowed", "Allowed", "Held"]
    async with db.connection() as connection:
        assert await sends_abroad(connection, shop, at=NOON) == 2


async def test_counts_are_forgotten_once_no_cap_looks_at_them(db: Database) -> None:
    shop = uuid4()
    await kinds(db, asking(shop, abroad=ABROAD))
    await kinds(db, asking(shop, BERT, at=NOON + 20 * DAY))
    await forget(db, now=NOON + 35 * DAY)
    async with db.connection() as connection:
        assert await sends_of(connection, shop, ANNA) == []
        assert len(await sends_of(connection, shop, BERT)) == 1
        assert await sends_abroad(connection, shop, at=NOON) == 0


async def test_settings_hold_after_a_moment_and_their_history_is_kept(db: Database) -> None:
    shop, seconds = uuid4(), [0.0]
    caps = Caps(db, monotonic=lambda: seconds[0], laws=lambda: shipped().caps)
    before = await caps.find(shop)
    assert before.wish(Traffic.MARKETING) is None, "by default only law caps marketing"
    florida = before.wish(Traffic.MARKETING, states=frozenset({"US-FL"}))
    assert florida is not None
    assert florida.caps[0].rule.id == "caps/US-FL/marketing"
    assert before.wish(Traffic.TRANSACTIONAL, states=frozenset({"US-FL"})) is None
    async with db.transaction() as connection:
        wanted = CapSettings(spacing_seconds=57_600, law=False)
        await keep_settings(connection, shop, wanted, reason="fewer complaints", changed_by="ops", now=NOON)
    assert caps.recall(shop) is before
    seconds[0] = 5.1
    wish = (await caps.find(shop)).wish(Traffic.MARKETING, states=frozenset({"US-FL"}), tags={"worth": "0.5"})
    assert wish is not None
    assert [cap.rule.id for cap in wish.caps] == ["caps/spacing"]
    assert wish.over.worth == 0.5


async def test_messages_that_are_asked_together_are_counted_together(db: Database) -> None:
    shop, reservations = uuid4(), Reservations(db)
    batch = [asking(shop) for _ in range(5)]
    verdicts = await reservations.reserve(batch)
    assert [type(verdict) for verdict in verdicts] == [Allowed, Allowed, Held, Held, Held]
    await reservations.give_back(batch[:1])
    assert isinstance((await reservations.reserve(batch[2:3]))[0], Allowed)


def test_a_message_is_counted_abroad_only_while_its_account_is_new() -> None:
    def counted(country: str, home: str = "US", at: datetime = NOON) -> bool:
        caps = account_caps(
            CapSettings(),
            opened_at=NOON,
            version=0,
            changed_by="Tidings",
            laws=(),
            homes=frozenset({home} - {""}),
        )
        asked = asking_of(
            caps,
            account=uuid4(),
            recipient=ANNA,
            traffic=Traffic.ESSENTIAL,
            at=at,
            country=country,
        )
        return asked is not None

    assert [counted(one) for one in ("US", "CA", "JM", "GB", "")] == [False, False, True, True, False]
    assert counted("US", "GB")
    assert not counted("GB", "GB")
    assert counted("US", ""), "nothing is known to be at home"
    assert not counted("GB", at=NOON + 30 * DAY)


async def test_who_is_counted_at_a_look_is_counted_as_by_decision(db: Database) -> None:
    """People of whom anything may be kept, each under one of several sets of caps, twice: both ways say the same."""
    looked, decided = uuid4(), uuid4()
    drawn = random.Random(3)
    hour = Cap(Rule("caps/own/hour", "1", "t", ""), 1, timedelta(hours=1), frozenset({Traffic.MARKETING}))
    week = replace(TWO_A_DAY, rule=Rule("caps/own/week", "1", "t", ""), most=4, window=7 * DAY)
    month = replace(week, rule=Rule("caps/own/month", "1", "t", ""), most=MOST_SENDS, window=31 * DAY)
    apart = replace(hour, rule=Rule("caps/spacing", "1", "t", ""), counting=Counting.OTHER_CAMPAIGNS)
    sets = [(TWO_A_DAY,), (hour, week), (week, month, apart), (hour, TWO_A_DAY, week, month, apart)]
    wishes = [Wish(caps=caps, traffic=Traffic.MARKETING, topic="a", campaign="june") for caps in sets]
    people = [f"+1415555{n:04d}" for n in range(300)]
    async with db.transaction() as connection:
        for n, person in enumerate(people[:280]):
            wish = Wish(caps=(), traffic=drawn.choice(list(Traffic)), topic="a", campaign=drawn.choice("ab"))
            most = MOST_SENDS if n % 40 == 0 else drawn.choice((0, 1, 3, 6))
            back = drawn.choice((2, 40, 900))
            sends = [wish.send(NOON + timedelta(hours=1 - drawn.random() * back)) for _ in range(most)]
            kept = pack(sends, now=NOON - timedelta(days=drawn.choice((0, 3))))
            rows = [(account, person, kept, NOON) for account in (looked, decided)]
            await connection.copy_records_to_table("cap_counts", records=rows)
    batches: list[list[tuple[str, Wish]]] = [
        [(one, drawn.choice(wishes)) for one in drawn.sample(people, 120)] for _ in range(4)
    ]
    batches.append([(one, wishes[0]) for one in [*people[:20], *people[:10]]])
    reservations = Reservations(db)
    for n, batch in enumerate(batches):
        at = NOON + timedelta(minutes=40 * n)
        both = [
            [
                Asking(account=account, recipient=person, at=at, traffic=Traffic.MARKETING, wish=wish)
                for person, wish in batch
            ]
            for account in (looked, decided)
        ]
        said = await reservations.reserve(both[0])
        async with db.transaction() as connection:
            assert said == await reserve(connection, both[1])
            for person in people:
                assert await sends_of(connection, looked, person) == await sends_of(
                    connection, decided, person
                )


async def test_a_look_lets_those_pass_that_no_cap_can_be_in_the_way_of(db: Database) -> None:
    shop = uuid4()
    caps = tuple(replace(TWO_A_DAY, most=most, window=most * DAY) for most in range(1, 6))
    assert await kinds(db, asking(shop)) == ["Allowed"]
    async with db.connection() as connection:
        for wished, at, is_clear in (
            ((TWO_A_DAY,), NOON, True),
            (caps[:4], NOON, False),
            (caps[:4], NOON + DAY, True),
            (caps, NOON + DAY, False),  # five are more than it looks at
        ):
            wish = Wish(caps=wished, traffic=Traffic.MARKETING)
            asked = [replace_struct(asking(shop, person, at=at), wish=wish) for person in (ANNA, BERT)]
            found = await count_clear(connection, asked)
            assert list(found) == ([0] if is_clear else []), (wished, at)
            assert await sends_of(connection, shop, BERT) == [], "of whom nothing is kept, more must be known"
            assert len(await sends_of(connection, shop, ANNA)) == 1 + len(found)
            await give_back(connection, [asked[n] for n in found])
