"""Laws of opt-outs: whatever is said, in whatever order and in whatever batches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidings.compliance.opt_outs import Answer, Heard, Word, hear, register, sheet
from tidings.compliance.opt_outs.api import pages
from tidings.compliance.opt_outs.register import OptOut
from tidings.compliance.opt_outs.verdict import Block
from tidings.runtime.database import Database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SENDER = Heard(UUID(int=1), None, "+14155550100", "long_code", "", "US", "", UUID(int=1))
STOPS = ("STOP", "stop ", "Quit", "please take me off your list", "no me manden más mensajes")
STARTS = ("START", "yes", "unstop")
OTHERS = ("HELP", "Hi!", "wrong number", "How do I unsubscribe?", "Don't stop texting me", "")
TEXTS = st.sampled_from(STOPS + STARTS + OTHERS)
SAYINGS = st.lists(st.tuples(st.sampled_from("abc"), TEXTS), max_size=12)
few = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def told(db: Database, said: Sequence[tuple[str, str]], account: UUID) -> list[Answer]:
    heard = [
        replace(SENDER, account=account, person=person, text=text, message=uuid4()) for person, text in said
    ]
    async with db.transaction() as connection:
        return await hear(connection, heard, now=NOW)


async def standing(db: Database, account: UUID) -> dict[str, Block]:
    async with db.connection() as connection:
        found = await register.listed(connection, account, most=100)
    return {one.recipient: one.state for one in found}


@few
@given(said=SAYINGS, cut=st.integers(0, 12))
async def test_a_stop_blocks_until_the_next_start_however_the_texts_are_batched(
    db: Database, said: list[tuple[str, str]], cut: int
) -> None:
    account = uuid4()
    await told(db, said[:cut], account)
    await told(db, said[cut:], account)
    last = {person: text for person, text in said if text in STOPS + STARTS}
    blocked = {person for person, state in (await standing(db, account)).items() if state is Block.OPTED_OUT}
    assert blocked == {person for person, text in last.items() if text in STOPS}


@few
@given(said=SAYINGS)
async def test_a_batch_does_what_its_texts_do_one_by_one(db: Database, said: list[tuple[str, str]]) -> None:
    together, alone = uuid4(), uuid4()
    at_once = await told(db, said, together)
    one_by_one = [(await told(db, [each], alone))[0] for each in said]
    assert [(one.word, one.reply, one.review) for one in at_once] == [
        (one.word, one.reply, one.review) for one in one_by_one
    ]
    assert await standing(db, together) == await standing(db, alone)


@few
@given(said=SAYINGS)
async def test_who_is_blocked_is_answered_nothing_but_a_start(
    db: Database, said: list[tuple[str, str]]
) -> None:
    account = uuid4()
    blocked: set[str] = set()
    for (person, _), answer in zip(said, await told(db, said, account), strict=True):
        if person in blocked:
            assert answer.reply is None or answer.word is Word.START
        if answer.word is Word.STOP:
            blocked.add(person)
        elif answer.word is Word.START:
            blocked.discard(person)


opt_outs = st.builds(
    OptOut,
    recipient=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True).filter(str.isascii),
    scope=st.sampled_from(["+14155550100", "55501", UUID(int=5).hex]),
    state=st.sampled_from(Block),
    source=st.sampled_from(["keyword", "phrase", "api", "another system's, with a comma"]),
    keyword=st.one_of(st.none(), st.sampled_from(["STOP", 'en: "quoted", told', "別", "a\nline"])),
    message=st.none(),
    since=st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)),
)


@given(st.lists(opt_outs, max_size=20, unique_by=lambda one: (one.recipient, one.scope)))
def test_a_sheet_that_was_written_is_read_as_it_was(kept: list[OptOut]) -> None:
    account = uuid4()
    read = sheet.read(sheet.header() + sheet.lines(kept), account=account)
    assert read.faults == []
    assert [
        (one.recipient, one.scope, one.change.value, one.source, one.keyword, one.since)
        for one in read.changes
    ] == [(one.recipient, one.scope, one.state.value, one.source, one.keyword, one.since) for one in kept]


@given(st.text(max_size=300))
def test_any_sheet_at_all_is_read_or_its_faults_are_told(text: str) -> None:
    read = sheet.read("recipient,scope,state,since\n" + text, account=uuid4())
    assert len(read.lines) == len(read.changes)


async def test_an_export_imported_elsewhere_exports_the_same(db: Database) -> None:
    first, second = uuid4(), uuid4()
    await told(
        db, [("+14155552671", "STOP"), ("+14155552672", "wrong number"), ("+14155552673", "quit")], first
    )
    text = "".join([page async for page in pages(db, first)])
    async with db.transaction() as connection:
        await register.take_in(connection, sheet.read(text, account=second).changes, now=NOW)
    assert "".join([page async for page in pages(db, second)]) == text
    assert text.count("\n") == 4
