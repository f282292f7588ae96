"""Hearing what people say: their opt-outs, at once and for many texts together."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from uuid import UUID

import msgspec

from tidings.compliance.consent.confirm import confirm
from tidings.compliance.opt_outs.change import Changing, change
from tidings.compliance.opt_outs.heard import Answer, Heard
from tidings.compliance.opt_outs.scope import written
from tidings.compliance.opt_outs.settings import OptOutSettings, vocabulary_of
from tidings.compliance.opt_outs.verdict import Block, Change, Standing, Step, Verdict, decide
from tidings.compliance.opt_outs.vocabulary import DEFAULT, Vocabulary
from tidings.compliance.opt_outs.word import Word
from tidings.compliance.subject import subject_of
from tidings.kernel.instant import Instant
from tidings.kernel.sid import bucket_of
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)


async def hear(connection: Connection, heard: Sequence[Heard], *, now: Instant) -> list[Answer]:
    """Takes in what people said, in this order, and answers each. Needs the caller's open transaction.

    Costs one read and one write, however many texts; one more of each for every further text of the same
    person among them. What must not be repeated is not: of two STOPs at once one is answered.
    """
    answers: dict[int, Answer] = {}
    for places in _rounds(heard):
        for place, answer in zip(
            places, await _hear([heard[place] for place in places], connection, now=now), strict=True
        ):
            answers[place] = answer
    return [answers[place] for place in range(len(heard))]


def _rounds(heard: Sequence[Heard]) -> Iterator[list[int]]:
    """Places of texts, each person's texts in different rounds and in order."""
    rounds: list[list[int]] = []
    spoken: dict[tuple[UUID, str], int] = {}
    for place, one in enumerate(heard):
        turn = spoken.get((one.account, one.person), 0)
        spoken[(one.account, one.person)] = turn + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(place)
    yield from rounds


async def _hear(heard: Sequence[Heard], connection: Connection, *, now: Instant) -> list[Answer]:
    """At most one text of a person."""
    standings: list[dict[str, Standing]] = [{} for _ in heard]
    rows = await SQL.many(
        connection,
        "standing",
        [one.account for one in heard],
        [one.person for one in heard],
        [one.scope for one in heard],
        [one.sender for one in heard],
        list({one.service for one in heard if one.service is not None}),
    )
    own: dict[UUID | None, Vocabulary] = {}
    for n, scope, state, source in rows:
        if n == 0:
            own[UUID(scope)] = _vocabulary(source)
        else:
            standings[n - 1][scope] = Standing(Block(state), source)
    vocabularies = [own.get(one.service, DEFAULT) for one in heard]
    verdicts = [decide(*each) for each in zip(heard, vocabularies, standings, strict=True)]
    changes = [
        (place, _changing(one, step))
        for place, (one, verdict) in enumerate(zip(heard, verdicts, strict=True))
        for step in verdict.steps
    ]
    done = await change(connection, [one for _, one in changes], now=now)
    changed = {changes[at][0] for at in done}
    started = [one for one, verdict in zip(heard, verdicts, strict=True) if verdict.word is Word.START]
    confirmed = await confirm(
        connection,
        [
            (one.account, one.person, frozenset({written(one.scope), one.sender}), one.message)
            for one in started
        ],
        now=now,
    )
    told = changed | {place for place, one in enumerate(heard) if (one.account, one.person) in confirmed}
    return [
        _answer(
            one, verdict, advanced=vocabularies[place].advanced, changed=place in changed, told=place in told
        )
        for place, (one, verdict) in enumerate(zip(heard, verdicts, strict=True))
    ]


@lru_cache(maxsize=1024)
def _vocabulary(settings: str) -> Vocabulary:
    """Of the settings as they are stored: services seldom change theirs."""
    return vocabulary_of(msgspec.json.decode(settings, type=OptOutSettings))


def _changing(heard: Heard, step: Step) -> Changing:
    return Changing(
        heard.account,
        heard.person,
        step.scope,
        step.change,
        step.source,
        keyword=step.keyword,
        message=heard.message,
    )


def _answer(heard: Heard, verdict: Verdict, *, advanced: bool, changed: bool, told: bool) -> Answer:
    return Answer(
        word=verdict.word,
        reply=verdict.reply if changed or verdict.always_replies else None,
        scope=heard.scope,
        advanced=advanced and verdict.word is not None,
        review=changed and any(step.change is Change.REVIEW for step in verdict.steps),
        news=bucket_of(subject_of(heard.account, heard.person)) if told else None,
    )
