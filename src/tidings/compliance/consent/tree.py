"""The Merkle tree over an account's ledger, as RFC 9162 (2.1) hashes it. Pure.

It only grows. What must be kept to go on are its **peaks**: the hashes of the complete subtrees that its leaves fall
into, widest first, one for each binary digit 1 of its size. Leaf n is kept with the hashes of all complete subtrees
that end with it, from itself upwards, so that a proof of any leaf needs some twenty of the kept hashes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def join(left: bytes, right: bytes) -> bytes:
    """The hash of the tree that has these two below it."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree as far as it must be known to grow."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = join(peak, root)
        return root

    def grown(self, leaves: Iterable[bytes]) -> tuple["Tree", list[bytes]]:
        """The tree with the hashes of more leaves, and what each is kept with: the hashes of the complete subtrees that
        end with it, itself first, one behind the other."""
        size, peaks = self.size, list(self.peaks)
        kept = []
        for leaf in leaves:
            size += 1
            nodes = [leaf]
            for _ in range(_complete(size)):
                nodes.append(join(peaks.pop(), nodes[-1]))
            peaks.append(nodes[-1])
            kept.append(b"".join(nodes))
        return Tree(size, tuple(peaks)), kept


def _complete(size: int) -> int:
    """How many subtrees wider than one leaf end with the last of so many leaves."""
    return (size & -size).bit_length() - 1


@dataclass(frozen=True, slots=True)
class Node:
    """A complete subtree of 2**height leaves, the last of which is leaf `end` (from 1)."""

    end: int
    height: int


@dataclass(frozen=True, slots=True)
class Path:
    """What proves leaf n of a tree of some size: complete subtrees beside it from the bottom up, and those to the left
    and right of its peak."""

    beside: tuple[Node, ...]
    left_peaks: tuple[Node, ...]
    right_peaks: tuple[Node, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        return (*self.beside, *self.left_peaks, *self.right_peaks)


def peaks_of(size: int) -> list[Node]:
    """The widest complete subtrees of a tree, from left to right."""
    found, end = [], 0
    for height in range(size.bit_length() - 1, -1, -1):
        if size >> height & 1:
            end += 1 << height
            found.append(Node(end, height))
    return found


def path_of(n: int, *, size: int) -> Path:
    """Which hashes prove leaf n (from 1) of a tree. Raises ValueError when it has no such leaf."""
    if not 1 <= n <= size:
        raise ValueError(f"a tree of {size} leaves has no leaf {n}")
    peaks = peaks_of(size)
    place = next(place for place, peak in enumerate(peaks) if n <= peak.end)
    beside, at = [], n - 1
    for height in range(peaks[place].height):
        beside.append(Node(((at >> height ^ 1) + 1) << height, height))
    return Path(tuple(beside), tuple(peaks[:place]), tuple(peaks[place + 1 :]))


def proof_of(n: int, *, size: int, hash_of: Mapping[Node, bytes]) -> list[bytes]:
    """The proof of leaf n as RFC 9162 (2.1.3) has it: hashes from the bottom up, those of `path_of`."""
    path = path_of(n, size=size)
    proof = [hash_of[node] for node in path.beside]
    if path.right_peaks:
        root = hash_of[path.right_peaks[-1]]
        for peak in reversed(path.right_peaks[:-1]):
            root = join(hash_of[peak], root)
        proof.append(root)
    proof.extend(hash_of[peak] for peak in reversed(path.left_peaks))
    return proof


def proves(root: bytes, leaf: bytes, proof: Sequence[bytes], *, n: int, size: int) -> bool:
    """Whether the hash of leaf n stands in the tree of this root and size (RFC 9162, 2.1.3.2)."""
    if not 1 <= n <= size:
        return False
    place, last, found = n - 1, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = join(one, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = join(found, one)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root
