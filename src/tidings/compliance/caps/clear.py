"""Count those who are far below every cap: one statement that reads nothing, for most of a campaign's people.

The statement looks at what is kept of each as `cap.is_clear` does, and writes one more where nothing is in the way. It
says nothing of the others: they are read and decided on. So it may be stricter than their caps are, never laxer.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from tidings.compliance.caps.asking import Asking
from tidings.compliance.caps.cap import (
    LONGEST_WINDOW,
    MOST_SENDS,
    SEND_BYTES,
    Cap,
    Send,
    Wish,
    packed,
)
from tidings.compliance.verdict import Allowed
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)

MOST_LOOKS = 4
"""Caps of different strictness that the statement can look at."""
_NO_LOOK = (MOST_SENDS * SEND_BYTES, b"")
"""Never in the way: of nobody so much is kept, since the statement passes over those of whom it is."""
_LONGEST_WINDOW_MS = LONGEST_WINDOW // timedelta(milliseconds=1)


async def count_clear(connection: Connection, asking: Sequence[Asking]) -> dict[int, Allowed]:
    """What is said of those that no cap can be in the way of, by their place; each of them is counted.

    Asked of those who share an account, a moment and what is counted, as a campaign's messages do, each to a person of
    their own. Durable when it returns, unless a transaction is open.
    """
    found = _alike(asking)
    if found is None:
        return {}
    account, send, caps, places = found
    looks = _looks(caps, send)
    if looks is None:
        return {}
    left = await SQL.many(
        connection,
        "count_clear",
        account,
        "\n".join(sorted(places)),
        packed(send),
        asking[next(iter(places.values()))].at,
        MOST_SENDS * SEND_BYTES,
        _moment(send.at_ms - _LONGEST_WINDOW_MS),
        *looks,
    )
    for (recipient,) in left:
        del places[recipient]
    allowed: dict[int, Allowed] = {}  # what is said where the same caps let pass, by these caps' id
    counted = {}
    for n in places.values():
        wish = asking[n].wish
        assert wish is not None
        verdict = allowed.get(id(wish.caps))
        if verdict is None:
            verdict = allowed[id(wish.caps)] = Allowed(applied=tuple([cap.passed for cap in wish.caps]))
        counted[n] = verdict
    return counted


def _alike(asking: Sequence[Asking]) -> tuple[UUID, Send, list[tuple[Cap, ...]], dict[str, int]] | None:
    """Those that are like the first in what is counted: account, send, all caps that bind any of them, and the place of
    each person; None where there are none."""
    places: dict[str, int] = {}
    again: set[str] = set()
    same: dict[int, bool] = {}  # whether a wish counts the same as the first's, by its id
    caps: dict[int, tuple[Cap, ...]] = {}
    account: UUID | None = None
    for n, one in enumerate(asking):
        wish = one.wish
        if wish is None or one.abroad is not None:
            again.add(one.recipient)
            continue
        if account is None:
            account, at, counts = one.account, one.at, _counts(wish)
        is_same = same.get(id(wish))
        if is_same is None:
            is_same = same[id(wish)] = _counts(wish) == counts
            if is_same:
                caps[id(wish.caps)] = wish.caps
        is_alike = is_same and one.at == at and (one.account is account or one.account == account)
        if not is_alike or places.setdefault(one.recipient, n) != n:
            again.add(one.recipient)
    for recipient in again:
        places.pop(recipient, None)
    if account is None or not places:
        return None
    first = asking[next(iter(places.values()))]
    assert first.wish is not None
    return account, first.wish.send(first.at), list(caps.values()), places


def _counts(wish: Wish) -> tuple[object, ...]:
    return wish.traffic, wish.topic, wish.campaign


def _looks(caps: Iterable[Iterable[Cap]], send: Send) -> list[int | bytes] | None:
    """The strictest of them, as the statement takes them: of a person with so many octets of sends, the first of these
    must not be after a moment. None where they are too many."""
    strictest: list[tuple[int, int]] = []
    for most, since_ms in sorted({(cap.most, send.at_ms - cap.window_ms) for some in caps for cap in some}):
        if all(since_ms < other for _, other in strictest):
            strictest.append((most, since_ms))
    if len(strictest) > MOST_LOOKS:
        return None
    looks = [(most * SEND_BYTES, _moment(since_ms)) for most, since_ms in strictest]
    return [part for look in [*looks, *[_NO_LOOK] * (MOST_LOOKS - len(looks))] for part in look]


def _moment(at_ms: int) -> bytes:
    """As a packed send begins."""
    return max(0, at_ms).to_bytes(8, "big")
