"""Sealed values open only with their key and in their place."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.runtime.secrets import BadKey, Sealer, Unsealable, hash_secret, matches_hash, same_secret


@given(st.text(), st.binary(max_size=20))
def test_what_was_sealed_comes_back(text: str, about: bytes) -> None:
    sealer = Sealer(b"k" * 32)
    assert sealer.unseal(sealer.seal(text, about=about), about=about) == text


def test_sealing_twice_shows_nothing_of_the_text() -> None:
    sealer = Sealer(b"k" * 32)
    assert sealer.seal("token") != sealer.seal("token")
    assert b"token" not in sealer.seal("token")


def test_another_key_another_place_or_a_changed_byte_opens_nothing() -> None:
    sealer = Sealer(b"k" * 32)
    sealed = sealer.seal("token", about=b"account 1")
    with pytest.raises(Unsealable, match="another key"):
        Sealer(b"x" * 32).unseal(sealed, about=b"account 1")
    with pytest.raises(Unsealable):
        sealer.unseal(sealed, about=b"account 2")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Unsealable):
            sealer.unseal(bytes(changed), about=b"account 1")
    with pytest.raises(Unsealable):
        sealer.unseal(b"", about=b"account 1")


def test_a_homes_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "secret.key"
    sealed = Sealer.from_file(file).seal("token")
    assert Sealer.from_file(file).unseal(sealed) == "token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("text", ["", "not base64!", "c2hvcnQ="])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        Sealer.from_base64(text)


async def test_a_hash_knows_its_secret_and_no_other() -> None:
    hashed = await hash_secret("open sesame")
    assert matches_hash(hashed, "open sesame")
    assert not matches_hash(hashed, "open sesam")
    assert not matches_hash("no hash", "open sesame")


def test_secrets_are_compared_whole() -> None:
    assert same_secret("grüße", "grüße")
    assert not same_secret("a", "ab")
