"""Proofs that a single entry is in the record: they are checked without the database, by whoever has the public key."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gateway.audit.entries import Entry, leaf_of
from gateway.audit.heads import Head, NotAHead, head_of
from gateway.audit.merkle import path, root_of


def prove(entry: Entry, place: int, leaves: Sequence[bytes], head: Head) -> dict[str, Any]:
    """`leaves`: those that the head is about."""
    return {
        "entry": entry.as_json(),
        "place": place,
        "path": [one.hex() for one in path(leaves, place)],
        "head": head.as_json(),
    }


def wrong_with(proof: Mapping[str, Any], keys: Collection[str]) -> str | None:
    """Why a proof proves nothing; None where it holds. Without `keys` the signature is checked, and not whose it is."""
    try:
        head = head_of(proof["head"])
        beside = [bytes.fromhex(one) for one in proof["path"]]
        place, leaf = int(proof["place"]), leaf_of(proof["entry"])
    except (NotAHead, KeyError, TypeError, ValueError):
        return "this is no proof of an entry"
    if not head.signed or (keys and head.key not in keys):
        return "its head is not signed with the key of this installation"
    if root_of(leaf, place, head.size, beside) != head.root:
        return "the entry is not in the tree of this head"
    return None
