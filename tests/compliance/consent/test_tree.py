"""The Merkle tree holds what RFC 9162 says of it, however it grew."""

from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.compliance.consent.tree import (
    EMPTY,
    HASH_BYTES,
    Node,
    Tree,
    join,
    leaf_hash,
    path_of,
    proof_of,
    proves,
)

sizes = st.integers(min_value=1, max_value=70)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % n) for n in range(1, size + 1)]


def plain_root(leaves: list[bytes]) -> bytes:
    """The root as the RFC defines it (2.1.1)."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return join(plain_root(leaves[:half]), plain_root(leaves[half:]))


def hashes(kept: list[bytes]) -> dict[Node, bytes]:
    return {
        Node(end, height): nodes[height * HASH_BYTES : (height + 1) * HASH_BYTES]
        for end, nodes in enumerate(kept, start=1)
        for height in range(len(nodes) // HASH_BYTES)
    }


def test_the_roots_of_small_trees_are_those_of_the_rfc() -> None:
    assert Tree().root == EMPTY
    for size in range(1, 34):
        assert Tree().grown(leaves_of(size))[0].root == plain_root(leaves_of(size))


@given(st.lists(st.integers(min_value=0, max_value=20), max_size=6))
@settings(max_examples=100)
def test_a_tree_is_the_same_in_however_many_steps_it_grew(steps: list[int]) -> None:
    leaves = leaves_of(sum(steps))
    tree, kept, at = Tree(), [], 0
    for step in steps:
        tree, more = tree.grown(leaves[at : at + step])
        kept += more
        at += step
    assert (tree, kept) == Tree().grown(leaves)


@given(sizes, st.data())
@settings(max_examples=200)
def test_every_leaf_is_proved_by_few_hashes_and_no_other_leaf_is(size: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(min_value=1, max_value=size))
    leaves = leaves_of(size)
    tree, kept = Tree().grown(leaves)
    proof = proof_of(n, size=size, hash_of=hashes(kept))
    assert len(proof) <= size.bit_length()
    assert proves(tree.root, leaves[n - 1], proof, n=n, size=size)
    assert not proves(tree.root, leaf_hash(b"another"), proof, n=n, size=size)
    assert not proves(leaf_hash(b"another"), leaves[n - 1], proof, n=n, size=size)
    assert not proves(tree.root, leaves[n - 1], [*proof, leaves[0]], n=n, size=size)
    for place in range(len(proof)):
        assert not proves(tree.root, leaves[n - 1], proof[:place] + proof[place + 1 :], n=n, size=size)


def test_a_proof_in_a_million_leaves_takes_twenty_hashes() -> None:
    assert max(len(path_of(n, size=1_000_000).nodes) for n in (1, 500_000, 999_999, 1_000_000)) <= 26
