"""Who is asking: HTTP Basic credentials, and the account that a path names.

What a credential proved is remembered for a few seconds under a keyed hash of it, so that the hot path
costs one look-up and no comparison of secrets at all. Secrets themselves are compared where they are kept,
in constant time.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from tidings.kernel.codes import ACCOUNT_NOT_ACTIVE, NOT_AUTHENTICATED, NOT_FOUND
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.web.api.request import Caller

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What the doors need to know of an account."""

    account: UUID
    parent: UUID | None
    active: bool
    """Whether neither it nor its parent is suspended or closed."""
    concurrency_limit: int | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What a pair of user and secret proved."""

    standing: Standing
    by_key: bool


Identify = Callable[[str, str], Awaitable[Identity | None]]
"""The identity behind a user (`AC...` or `SK...`) and a secret; None when they prove nothing."""
FindStanding = Callable[[UUID], Awaitable[Standing | None]]


@dataclass(frozen=True, slots=True)
class _Remembered:
    caller: Caller
    until: float


class Doorkeeper:
    """Turns an Authorization header and the account in a path into a Caller.

    `monotonic` is a clock in seconds; a changed token, key or status takes effect after `trust_seconds` at
    most."""

    def __init__(
        self,
        *,
        identify: Identify,
        standing: FindStanding,
        monotonic: Callable[[], float],
        cache_key: bytes,
        concurrency_limit: int,
        trust_seconds: float = 5.0,
    ) -> None:
        self._identify = identify
        self._standing = standing
        self._monotonic = monotonic
        self._cache_key = cache_key
        self._concurrency_limit = concurrency_limit
        self._trust_seconds = trust_seconds
        self._remembered: dict[bytes, _Remembered] = {}

    def recall(self, authorization: bytes, account_sid: str | None) -> Caller | None:
        """The caller, when the same header was admitted to the same account a moment ago."""
        known = self._remembered.get(self._digest(authorization, account_sid))
        return known.caller if known is not None and known.until > self._monotonic() else None

    async def admit(self, authorization: bytes | None, account_sid: str | None) -> Caller | Refused:
        """Proves the credential, then looks for the account. Where the path names none, it is the
        credential's own.

        An account that is neither the credential's nor one of its subaccounts is not found, as if it did
        not exist."""
        user, secret = parse_basic(authorization)
        identity = await self._identify(user, secret) if user else None
        if identity is None or authorization is None:
            return Refused.because(NOT_AUTHENTICATED)
        if not identity.standing.active:
            return Refused.because(ACCOUNT_NOT_ACTIVE)
        standing = identity.standing
        if account_sid is not None:
            sid = Sid.parse(account_sid, "AC")
            if sid is not None and sid.uuid != standing.account:
                found = await self._standing(sid.uuid)
                if found is None or found.parent != identity.standing.account:
                    sid = None
                else:
                    standing = found
            if sid is None:
                return Refused(NOT_FOUND, "The requested account was not found")
        caller = Caller(
            account=standing.account,
            sid=str(Sid("AC", standing.account)),
            owner=identity.standing.account,
            by_key=identity.by_key,
            active=standing.active,
            concurrency_limit=standing.concurrency_limit or self._concurrency_limit,
        )
        self._remember(self._digest(authorization, account_sid), caller)
        return caller

    def _digest(self, authorization: bytes, account_sid: str | None) -> bytes:
        return blake2b(
            b"%b\0%b" % ((account_sid or "").encode(), authorization), digest_size=16, key=self._cache_key
        ).digest()

    def _remember(self, digest: bytes, caller: Caller) -> None:
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[digest] = _Remembered(caller, self._monotonic() + self._trust_seconds)


def parse_basic(authorization: bytes | None) -> tuple[str, str]:
    """User and secret of an Authorization header; two empty texts when it is not well-formed Basic."""
    if authorization is None:
        return "", ""
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return "", ""
    try:
        user, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (user, secret) if colon and "\0" not in user else ("", "")
