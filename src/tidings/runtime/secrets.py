"""Secrets at rest: what must be readable again is sealed with the home's key, what need not be is hashed."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import os
from pathlib import Path
from typing import Self

import argon2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tidings.runtime.clock import Entropy, system_entropy

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D: 96 bits
KEY_ID_BYTES = 4

# RFC 9106 and OWASP's least setting for argon2id: 19 MiB, two passes.
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class BadKey(Exception):  # noqa: N818 - it names the thing
    """A key that cannot be one."""


class Unsealable(Exception):  # noqa: N818 - it names the thing
    """Something sealed with another key, for another place, or changed since."""


class Sealer:
    """Seals text with AES-256-GCM under one key. A sealed value names the key by the first bytes of its
    hash.
    """

    def __init__(self, key: bytes, *, entropy: Entropy = system_entropy) -> None:
        if len(key) != KEY_BYTES:
            raise BadKey(f"a key has {KEY_BYTES} bytes, this one has {len(key)}")
        self._cipher = AESGCM(key)
        self._key = key
        self._id = hashlib.sha256(b"tidings key " + key).digest()[:KEY_ID_BYTES]
        self._entropy = entropy

    @classmethod
    def from_base64(cls, text: str) -> Self:
        """The sealer of a key written in base64, as TIDINGS_SECRET_KEY is."""
        try:
            return cls(base64.b64decode(text.strip(), validate=True))
        except binascii.Error:
            raise BadKey("a key is written in base64") from None

    @classmethod
    def from_file(cls, file: Path, *, entropy: Entropy = system_entropy) -> Self:
        """The sealer of the key in a file, which is made, readable by its owner alone, when it is missing."""
        if not file.exists():
            _make_key_file(file, entropy)
        return cls.from_base64(file.read_text("ascii"))

    def key_for(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose, which tells nothing of any other's."""
        return hmac.digest(self._key, b"tidings key for " + purpose.encode(), hashlib.sha256)

    def seal(self, text: str, *, about: bytes = b"") -> bytes:
        """Sealed text. Only unsealing it with the same `about` succeeds, so a value cannot be moved
        elsewhere.
        """
        nonce = self._entropy(NONCE_BYTES)
        return self._id + nonce + self._cipher.encrypt(nonce, text.encode(), about)

    def unseal(self, sealed: bytes, *, about: bytes = b"") -> str:
        """The text again. Raises Unsealable."""
        if not hmac.compare_digest(sealed[:KEY_ID_BYTES], self._id):
            raise Unsealable("it was sealed with another key: bring back the secret key it was made with")
        nonce = sealed[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES]
        try:
            return self._cipher.decrypt(nonce, sealed[KEY_ID_BYTES + NONCE_BYTES :], about).decode()
        except (InvalidTag, ValueError):
            raise Unsealable("it was changed, or sealed for another place") from None


def _make_key_file(file: Path, entropy: Entropy) -> None:
    """Two processes may make it at once: the first one's key is kept."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(base64.b64encode(entropy(KEY_BYTES)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()


async def hash_secret(secret: str) -> str:
    """A hash to keep instead of a secret. Takes some 20 ms, in a thread."""
    return await asyncio.to_thread(_hasher.hash, secret)


def matches_hash(secret_hash: str, secret: str) -> bool:
    """Whether this is the secret. Takes some 20 ms of CPU: call it in a thread and remember the answer."""
    try:
        return _hasher.verify(secret_hash, secret)
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        return False


def same_secret(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
