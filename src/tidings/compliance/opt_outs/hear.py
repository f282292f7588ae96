"""Hearing what people say: their opt-outs, at once and for many texts together."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from tidings.compliance.opt_outs.change import Changing, change, subject_of
from tidings.compliance.opt_outs.heard import Answer, Heard
from tidings.compliance.opt_outs.verdict import Change, Standing, State, Step, Verdict, decide
from tidings.compliance.opt_outs.vocabulary import DEFAULT
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
    )
    for row in rows:
        standings[row["n"] - 1][row["scope"]] = Standing(State(row["state"]), row["source"])
    verdicts = [decide(one, DEFAULT, known) for one, known in zip(heard, standings, strict=True)]
    changes = [
        (place, _changing(one, step))
        for place, (one, verdict) in enumerate(zip(heard, verdicts, strict=True))
        for step in verdict.steps
    ]
    done = await change(connection, [one for _, one in changes], now=now)
    changed = {changes[at][0] for at in done}
    return [
        _answer(one, verdict, advanced=False, changed=place in changed)
        for place, (one, verdict) in enumerate(zip(heard, verdicts, strict=True))
    ]


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


def _answer(heard: Heard, verdict: Verdict, *, advanced: bool, changed: bool) -> Answer:
    return Answer(
        word=verdict.word,
        reply=verdict.reply if changed or verdict.always_replies else None,
        scope=heard.scope,
        advanced=advanced and verdict.word is not None,
        review=changed and any(step.change is Change.REVIEW for step in verdict.steps),
        news=bucket_of(subject_of(heard.account, heard.person)) if changed else None,
    )
