"""Proofs that a single entry is in the record, and that a later head goes on from an earlier one. They are checked
without the database, by whoever has the public key."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gateway.audit.entries import Entry, leaf_of
from gateway.audit.heads import Head, NotAHead, head_of
from gateway.audit.merkle import consistency, consistent, path, root_of


def prove(entry: Entry, place: int, leaves: Sequence[bytes], head: Head) -> dict[str, Any]:
    """`leaves`: those that the head is about."""
    return {
        "entry": entry.as_json(),
        "place": place,
        "path": [one.hex() for one in path(leaves, place)],
        "head": head.as_json(),
    }


def prove_growth(first: Head, second: Head, leaves: Sequence[bytes]) -> dict[str, Any]:
    """`leaves`: those that the second head is about."""
    beside = [one.hex() for one in consistency(leaves, first.size)]
    return {"from": first.as_json(), "to": second.as_json(), "path": beside}


def wrong_with(proof: Mapping[str, Any], keys: Collection[str]) -> str | None:
    """Why a proof proves nothing; None where it holds. Without `keys` the signature is checked, and not whose it is."""
    return _wrong_with_growth(proof, keys) if "from" in proof else _wrong_with_entry(proof, keys)


def _wrong_with_growth(proof: Mapping[str, Any], keys: Collection[str]) -> str | None:
    try:
        first, second = head_of(proof["from"]), head_of(proof["to"])
        beside = [bytes.fromhex(one) for one in proof["path"]]
    except (NotAHead, KeyError, TypeError, ValueError):
        return "this is no proof of two heads"
    for head in (first, second):
        if not head.signed or (keys and head.key not in keys):
            return f"the head of {head.size} entries is not signed with the key of this installation"
    if not consistent((first.size, first.root), (second.size, second.root), beside):
        return f"the record of {second.size} entries does not go on from that of {first.size}: it was changed between"
    return None


def _wrong_with_entry(proof: Mapping[str, Any], keys: Collection[str]) -> str | None:
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
