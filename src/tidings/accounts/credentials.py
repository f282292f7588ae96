"""What a user and a secret prove: an account's SID with one of its tokens, or an API key's SID with its
secret."""

import asyncio
from hashlib import blake2b
from uuid import UUID

from tidings.accounts.tokens import tokens
from tidings.kernel.sid import Sid
from tidings.runtime.clock import Entropy
from tidings.runtime.database import Connection, Database
from tidings.runtime.secrets import Sealer, matches_hash, same_secret
from tidings.runtime.statements import Statements
from tidings.web.api.auth import Identity, Standing

SQL = Statements.beside(__file__)

MOST_PROVED = 10_000
HASHINGS_AT_ONCE = 2
"""An argon2 check takes tens of milliseconds of a core; guesses at keys queue up behind one another."""


class Credentials:
    """Checks credentials against the database. An API key's secret is checked against its argon2 hash once;
    after that a keyed hash of it is remembered together with the argon2 hash that it matched, which must
    still be the stored one."""

    def __init__(self, db: Database, *, sealer: Sealer, cache_key: bytes) -> None:
        self._db = db
        self._sealer = sealer
        self._cache_key = cache_key
        self._proved: dict[bytes, str] = {}
        self._hashing = asyncio.Semaphore(HASHINGS_AT_ONCE)

    async def identify(self, user: str, secret: str) -> Identity | None:
        """None when the two prove nothing; who learns it can't tell which of them was wrong."""
        account = Sid.parse(user, "AC")
        if account is not None:
            return await self._by_token(account.uuid, secret)
        key = Sid.parse(user, "SK")
        return None if key is None else await self._by_key(key.uuid, secret)

    async def standing(self, account: UUID) -> Standing | None:
        async with self._db.connection() as connection:
            return await _standing(connection, account)

    async def _by_token(self, account: UUID, secret: str) -> Identity | None:
        async with self._db.connection() as connection:
            known = await tokens(connection, account, sealer=self._sealer)
            standing = await _standing(connection, account)
        # Every token is compared, so that the time tells nothing of which one matched.
        matched = [same_secret(token, secret) for token in known.values()]
        return Identity(standing, by_key=False) if standing is not None and any(matched) else None

    async def _by_key(self, key: UUID, secret: str) -> Identity | None:
        async with self._db.connection() as connection:
            row = await SQL.one(connection, "key_to_check", key)
            standing = None if row is None else await _standing(connection, row["account"])
        if row is None or not await self._matches(key, secret, row["secret_hash"]):
            return None
        return None if standing is None else Identity(standing, by_key=True)

    async def _matches(self, key: UUID, secret: str, secret_hash: str) -> bool:
        digest = blake2b(key.bytes + secret.encode(), digest_size=16, key=self._cache_key).digest()
        if self._proved.get(digest) == secret_hash:
            return True
        async with self._hashing:
            if self._proved.get(digest) == secret_hash:
                return True
            if not await asyncio.to_thread(matches_hash, secret_hash, secret):
                return False
        if len(self._proved) >= MOST_PROVED:
            self._proved.clear()
        self._proved[digest] = secret_hash
        return True


async def _standing(connection: Connection, account: UUID) -> Standing | None:
    row = await SQL.one(connection, "standing", account)
    return (
        None if row is None else Standing(row["id"], row["parent"], row["active"], row["concurrency_limit"])
    )


def new_secret(entropy: Entropy) -> str:
    """The secret of an API key: 32 characters that need no escaping."""
    return entropy(16).hex()
