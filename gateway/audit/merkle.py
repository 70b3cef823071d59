"""The Merkle tree of RFC 6962: hashes, a tree that grows at its right edge, and proofs: of a leaf in it, and of a later
tree that it goes on from an earlier one."""

from collections.abc import Iterable, Sequence
from hashlib import sha256


def leaf_hash(data: bytes) -> bytes:
    """A leaf and a node begin differently, so that neither can pass for the other."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Edge:
    """The right edge of a tree: of each complete subtree the hash, the largest first. Appending needs no more."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees")

    def append(self, leaf: bytes) -> None:
        self.hashes.append(leaf)
        merged = self.size
        while merged & 1:
            right = self.hashes.pop()
            self.hashes.append(node_hash(self.hashes.pop(), right))
            merged >>= 1
        self.size += 1

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        if not self.hashes:
            return sha256().digest()
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The hashes beside the way from a leaf up to the root, the lowest first."""
    found: list[bytes] = []
    begin, end = 0, len(leaves)
    while end - begin > 1:
        middle = begin + _left(end - begin)
        if place < middle:
            found.append(_root(leaves, middle, end))
            end = middle
        else:
            found.append(_root(leaves, begin, middle))
            begin = middle
    return found[::-1]


def root_of(leaf: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to (RFC 9162, 2.1.3.2); None where the proof has the wrong length for its place."""
    if not 0 <= place < size:
        return None
    node, last, root = place, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            root = node_hash(beside, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, beside)
        node, last = node >> 1, last >> 1
    return root if last == 0 else None


def consistency(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The hashes that show of the tree of all leaves that it began as that of the first so many (RFC 6962, 2.1.2)."""
    found: list[bytes] = []
    begin, end, whole = 0, len(leaves), True  # whether the subtree is all of the first tree, whose root is known
    while 0 < first < end:
        middle = begin + _left(end - begin)
        if first <= middle:
            found.append(_root(leaves, middle, end))
            end = middle
        else:
            found.append(_root(leaves, begin, middle))
            begin, whole = middle, False
    if not whole:
        found.append(_root(leaves, begin, end))
    return found[::-1]


def consistent(first: tuple[int, bytes], second: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether a tree, by its size and root, goes on from an earlier one (RFC 9162, 2.1.4.2)."""
    (size, root), (later_size, later_root) = first, second
    if size == later_size:
        return root == later_root and not path
    if not 0 < size < later_size:
        return size == 0 and root == Edge().root and not path
    steps = list(path)
    if size & (size - 1) == 0:  # it is a subtree of the later one as it is
        steps.insert(0, root)
    if not steps:
        return False
    node, last = size - 1, later_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        node, last = node >> 1, last >> 1
    return old == root and new == later_root and last == 0


def _left(leaves: int) -> int:
    """How many leaves are left of the root: the largest power of two below their number."""
    return 1 << (leaves - 1).bit_length() - 1


def _root(leaves: Sequence[bytes], begin: int, end: int) -> bytes:
    edge = Edge()
    for place in range(begin, end):
        edge.append(leaves[place])
    return edge.root
