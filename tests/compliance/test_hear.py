"""What a person's word does."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from tidings.compliance.opt_outs import Answer, Heard, Word, hear
from tidings.runtime.database import Database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SHOP = UUID(int=0x5A)
SERVICE = UUID(int=0x5E)
LONG_CODE, TOLL_FREE, CODE = "+14155550100", "+18885550100", "55501"
ANNA, BERT = "+14155552671", "+14155552672"
PLAIN = Heard(SHOP, None, LONG_CODE, "long_code", ANNA, "US", "", UUID(int=1))
POOLED = replace(PLAIN, service=SERVICE)

UNSUBSCRIBED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
RESUBSCRIBED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELPED = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


async def said(db: Database, *texts: str, by: Heard = PLAIN) -> list[Answer]:
    """The texts of one person, one after another, in one batch."""
    async with db.transaction() as connection:
        return await hear(connection, [replace(by, text=text, message=uuid4()) for text in texts], now=NOW)


async def blocked(db: Database) -> set[tuple[str, str]]:
    """Who is opted out of what."""
    async with db.connection() as connection:
        rows = await connection.fetch("select recipient, scope from opt_outs where state = 'opted_out'")
    return {(row["recipient"], row["scope"]) for row in rows}


async def facts(db: Database) -> list[tuple[str, str, str]]:
    async with db.connection() as connection:
        rows = await connection.fetch("select kind, detail from facts order by seq")
    return [(row["kind"], row["detail"]["scope"], row["detail"]["keyword"]) for row in rows]


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", "  Stop \n", "STOPALL", "Unsubscribe", "cancel", "end", "QUIT", "revoke", "OptOut"],
)
async def test_a_stop_keyword_alone_opts_out_of_that_sender(db: Database, text: str) -> None:
    (answer,) = await said(db, text)
    assert (answer.word, answer.reply, answer.scope) == (Word.STOP, UNSUBSCRIBED, LONG_CODE)
    assert not answer.advanced
    assert await blocked(db) == {(ANNA, LONG_CODE)}


async def test_within_a_service_it_opts_out_of_the_whole_service(db: Database) -> None:
    (answer,) = await said(db, "STOP", by=POOLED)
    assert answer.scope == SERVICE.hex
    assert await blocked(db) == {(ANNA, SERVICE.hex)}


@pytest.mark.parametrize("text", ["Stopping by at six", "Where is the next bus?", "", "yesterday", "infos"])
async def test_other_texts_are_left_to_the_application(db: Database, text: str) -> None:
    (answer,) = await said(db, text)
    assert (answer.word, answer.reply, answer.review) == (None, None, False)
    assert await blocked(db) == set()


@pytest.mark.parametrize("text", ["START", "yes", "Unstop"])
async def test_a_start_keyword_lifts_the_opt_out(db: Database, text: str) -> None:
    await said(db, "STOP")
    (answer,) = await said(db, text)
    assert (answer.word, answer.reply) == (Word.START, RESUBSCRIBED)
    assert await blocked(db) == set()


async def test_a_repeated_stop_is_not_answered_again(db: Database) -> None:
    assert [answer.reply for answer in await said(db, "STOP", "stop", "END")] == [UNSUBSCRIBED, None, None]
    assert [answer.word for answer in await said(db, "STOP")] == [Word.STOP]


async def test_a_yes_of_somebody_who_never_opted_out_is_not_answered(db: Database) -> None:
    assert [answer.reply for answer in await said(db, "Yes", "START")] == [None, None]


@pytest.mark.parametrize("text", ["HELP", "info"])
async def test_help_is_answered_each_time_but_never_to_who_has_opted_out(db: Database, text: str) -> None:
    replies = [answer.reply for answer in await said(db, text, text, "STOP", text)]
    assert replies == [HELPED, HELPED, UNSUBSCRIBED, None]


async def test_a_batch_takes_each_persons_texts_in_their_order(db: Database) -> None:
    answers = await said(db, "STOP", "START", "STOP", "HELP", "START")
    assert [answer.reply for answer in answers] == [
        UNSUBSCRIBED,
        RESUBSCRIBED,
        UNSUBSCRIBED,
        None,
        RESUBSCRIBED,
    ]
    assert await blocked(db) == set()


async def test_one_persons_word_is_nobody_elses(db: Database) -> None:
    stop, hello = replace(PLAIN, text="STOP"), replace(PLAIN, person=BERT, text="Hello")
    other_account = replace(PLAIN, account=UUID(int=7), text="HELP")
    async with db.transaction() as connection:
        answers = await hear(connection, [stop, hello, other_account], now=NOW)
    assert [answer.reply for answer in answers] == [UNSUBSCRIBED, None, HELPED]
    assert await blocked(db) == {(ANNA, LONG_CODE)}


class TestTollFree:
    """The network's layer stands below the usual one."""

    ALONE = replace(PLAIN, sender=TOLL_FREE, sender_kind="toll_free")
    IN_POOL = replace(POOLED, sender=TOLL_FREE, sender_kind="toll_free")

    async def test_stop_is_answered_by_the_network(self, db: Database) -> None:
        first, second = await said(db, "Stop", "STOP", by=self.ALONE)
        assert first.reply == (
            'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. '
            'Text back "unstop" to receive messages again.'
        )
        assert second.reply is None

    @pytest.mark.parametrize("text", ["YES", "yes "])
    async def test_only_start_and_unstop_lift_it(self, db: Database, text: str) -> None:
        await said(db, "STOP", by=self.ALONE)
        (yes,) = await said(db, text, by=self.ALONE)
        assert (yes.word, yes.reply) == (None, None)
        assert await blocked(db) == {(ANNA, TOLL_FREE)}
        (unstop,) = await said(db, "UNSTOP", by=self.ALONE)
        assert unstop.reply == (
            'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this number.'
        )
        assert await blocked(db) == set()

    async def test_in_a_service_the_network_keeps_its_block_until_that_number_hears_start(
        self, db: Database
    ) -> None:
        await said(db, "STOP", by=self.IN_POOL)
        assert await blocked(db) == {(ANNA, SERVICE.hex), (ANNA, TOLL_FREE)}
        await said(db, "START", by=POOLED)
        assert await blocked(db) == {(ANNA, TOLL_FREE)}
        await said(db, "START", by=self.IN_POOL)
        assert await blocked(db) == set()

    async def test_the_other_keywords_have_the_usual_reply(self, db: Database) -> None:
        (answer,) = await said(db, "QUIT", by=self.ALONE)
        assert answer.reply == UNSUBSCRIBED


async def test_a_short_code_outside_services_is_its_owners_business(db: Database) -> None:
    alone = replace(PLAIN, sender=CODE, sender_kind="short_code")
    answers = await said(db, "STOP", "HELP", "START", by=alone)
    assert {(answer.word, answer.reply) for answer in answers} == {(None, None)}
    assert await blocked(db) == set()
    pooled = replace(alone, service=SERVICE)
    assert [answer.reply for answer in await said(db, "STOP", by=pooled)] == [UNSUBSCRIBED]


async def test_every_change_is_a_fact_and_a_line_of_the_history(db: Database) -> None:
    answers = await said(db, "STOP", "STOP", "Hi", "Start", by=POOLED)
    assert await facts(db) == [
        ("recipient.opted_out", SERVICE.hex, "STOP"),
        ("recipient.opted_in", SERVICE.hex, "START"),
    ]
    assert [answer.news is not None for answer in answers] == [True, False, False, True]
    async with db.connection() as connection:
        lines = await connection.fetch("select change, source, recipient from opt_out_changes order by id")
        buckets = {row["bucket"] for row in await connection.fetch("select bucket from facts")}
    assert [tuple(line) for line in lines] == [
        ("opted_out", "keyword", ANNA),
        ("opted_in", "keyword", ANNA),
    ]
    assert buckets == {answers[0].news}, "one person's facts are in one bucket"


async def test_nothing_is_kept_when_the_transaction_of_the_caller_fails(db: Database) -> None:
    async def stop_and_fail() -> None:
        async with db.transaction() as connection:
            await hear(connection, [replace(PLAIN, text="STOP")], now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stop_and_fail()
    assert await blocked(db) == set()
    assert await facts(db) == []


class TestOwnWords:
    """What is no keyword may be an opt-out all the same."""

    async def test_plain_words_opt_out_and_are_confirmed_once(self, db: Database) -> None:
        first, second = await said(db, "Please take me off your list", "I said take me off your list!")
        assert (first.word, first.reply, first.review) == (Word.STOP, UNSUBSCRIBED, False)
        assert (second.word, second.reply) == (Word.STOP, None)
        assert await blocked(db) == {(ANNA, LONG_CODE)}
        assert await facts(db) == [("recipient.opted_out", LONG_CODE, "en: remove me")]

    async def test_a_doubt_waits_for_a_human_and_is_told_to_nobody(self, db: Database) -> None:
        first, second = await said(db, "Wrong number", "wrong number!!", by=POOLED)
        assert (first.word, first.reply, first.review) == (None, None, True)
        assert (second.review, second.news) == (False, None), "it waits already"
        assert await facts(db) == [("recipient.review", SERVICE.hex, "en: a wrong number")]
        assert await blocked(db) == set()

    async def test_a_later_word_of_the_person_settles_a_doubt(self, db: Database) -> None:
        answers = await said(db, "not interested", "STOP")
        assert [answer.reply for answer in answers] == [None, UNSUBSCRIBED]
        assert await blocked(db) == {(ANNA, LONG_CODE)}
        answers = await said(db, "START", "wrong number", "start")
        assert [answer.reply for answer in answers] == [RESUBSCRIBED, None, RESUBSCRIBED]
        async with db.connection() as connection:
            assert await connection.fetchval("select count(*) from opt_outs") == 0

    async def test_a_doubt_does_not_weaken_an_opt_out(self, db: Database) -> None:
        _, doubt = await said(db, "STOP", "wrong number")
        assert not doubt.review
        assert await blocked(db) == {(ANNA, LONG_CODE)}

    async def test_help_is_answered_while_a_doubt_waits(self, db: Database) -> None:
        _, answer = await said(db, "wrong number", "HELP")
        assert answer.reply == HELPED

    async def test_a_mention_of_stopping_is_no_opt_out(self, db: Database) -> None:
        (answer,) = await said(db, "We have got to STOP this terrible bill")
        assert (answer.word, answer.reply, answer.review) == (None, None, False)

    async def test_on_a_toll_free_number_the_network_knows_nothing_of_it(self, db: Database) -> None:
        (answer,) = await said(db, "stop texting me", by=TestTollFree.IN_POOL)
        assert answer.reply == UNSUBSCRIBED
        assert await blocked(db) == {(ANNA, SERVICE.hex)}
