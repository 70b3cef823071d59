"""The tree is that of RFC 6962: its published hashes, and a proof for every leaf of trees of every shape."""

from hashlib import sha256

import pytest

from gateway.audit.merkle import Edge, consistency, consistent, leaf_hash, node_hash, path, root_of

# The eight inputs and roots that the reference implementation of Certificate Transparency tests itself with.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]


def test_the_roots_are_the_published_ones() -> None:
    edge = Edge()
    assert edge.root == sha256().digest()
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        edge.append(leaf)
        assert edge.root.hex() == root


def test_a_tree_goes_on_from_its_edge_alone() -> None:
    whole = Edge()
    for leaf in LEAVES[:5]:
        whole.append(leaf)
    later = Edge(whole.size, whole.hashes)
    for leaf in LEAVES[5:]:
        whole.append(leaf)
        later.append(leaf)

    assert later.root == whole.root


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_is_proved_and_no_other_passes_for_it(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    edge = Edge()
    for leaf in leaves:
        edge.append(leaf)

    for place, leaf in enumerate(leaves):
        way = path(leaves, place)
        assert root_of(leaf, place, size, way) == edge.root
        assert root_of(leaf_hash(b"another"), place, size, way) != edge.root
        assert root_of(leaf, place, size, [*way, leaf]) is None
        assert root_of(leaf, (place + 1) % size, size, way) != edge.root or size == 1


def test_a_node_never_passes_for_a_leaf() -> None:
    left, right = LEAVES[:2]

    assert leaf_hash(left + right) != node_hash(left, right)


def root(leaves: list[bytes]) -> bytes:
    edge = Edge()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root


def test_the_published_proof_of_growth() -> None:
    """From three to seven leaves, as in RFC 6962, 2.1.3: PROOF(3, D[7]) = [c, d, g, l]."""
    c, d = LEAVES[2], LEAVES[3]
    g = node_hash(LEAVES[0], LEAVES[1])
    last = root(LEAVES[4:7])

    assert consistency(LEAVES[:7], 3) == [c, d, g, last]


@pytest.mark.parametrize("size", range(1, 20))
def test_a_later_tree_is_proved_to_go_on_from_each_earlier_one_and_from_no_other(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    later = (size, root(leaves))

    for first in range(size + 1):
        earlier, way = (first, root(leaves[:first])), consistency(leaves, first)
        assert consistent(earlier, later, way)
        assert first == 0 or not consistent((first, leaf_hash(b"another")), later, way)
        assert first in (0, size) or not consistent(earlier, (size, leaf_hash(b"another")), way)
        assert not consistent(earlier, later, [*way, leaves[0]])
        assert not way or not consistent(earlier, later, way[:-1])


@pytest.mark.parametrize("first", range(1, 12))
def test_whatever_was_changed_before_the_earlier_head_there_is_no_proof(first: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(12)]
    earlier = (first, root(leaves[:first]))

    for place in range(first):
        edited = [*leaves[:place], leaf_hash(b"another"), *leaves[place + 1 :]]
        without = leaves[:place] + leaves[place + 1 :]
        more = [*leaves[:place], leaf_hash(b"another"), *leaves[place:]]
        for changed in (edited, without, more):
            assert not consistent(earlier, (len(changed), root(changed)), consistency(changed, first))
