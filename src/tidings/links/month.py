"""The month of a link, which its code names by its first sign. Pure.

Links are parted by month. There are as many signs as months in three years, and no link lives half as long: so a
code names one month, and following it looks into one partition.
"""

from datetime import UTC, timedelta

from tidings.kernel.instant import Instant

ALPHABET = "bcdfghjkmnpqrstvwxzBDFGHJKLMNPQRT679"
"""No vowels, so that hardly a word arises, and of signs that look alike (0Oo, 1lI, 2Zz, 5Ss, 8B) at most one kind."""
AHEAD = timedelta(days=1)
"""A code of the coming month is known by a clock that is so much behind the one of whoever made it."""


def month_of(at: Instant) -> int:
    """Months since the year 0."""
    day = at.astimezone(UTC)
    return day.year * 12 + day.month - 1


def sign_of(month: int) -> str:
    """With which codes of a month begin."""
    return ALPHABET[month % len(ALPHABET)]


def month_of_code(code: str, now: Instant) -> int:
    """The month that a code names: the last one, up to that of tomorrow, whose codes begin as it does."""
    return months_by_sign(now)[code[0]]


def months_by_sign(now: Instant) -> dict[str, int]:
    """The month that each first sign of a code names now."""
    reference = month_of(now + AHEAD)
    return {sign: reference - (reference - n) % len(ALPHABET) for n, sign in enumerate(ALPHABET)}
