"""Is the record what was sealed? Entries, leaves and heads go in, and out comes what is wrong with them, in words.

The leaves are held against the heads, which are signed and also lie outside; the entries are held against the leaves.
So an edit is named by its entry, and where leaves were changed to match it, the heads still tell between which two.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from gateway.audit.entries import Entry
from gateway.audit.heads import Head
from gateway.audit.merkle import Edge

LATE = timedelta(hours=1)  # between an act's time and its sealing, where somebody sealed all the while
MOST_COMPARED = 200  # changed entries among which swaps are looked for


@dataclass(frozen=True, slots=True)
class Row:
    """A place of the tree with its entry. No leaf: the entry is not sealed. No entry: it is gone."""

    place: int | None
    entry_id: int
    leaf: bytes | None
    entry: Entry | None
    personal: str | None = None  # the hash of the encrypted part that lies beside it


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind`: edited | missing | inserted | swapped | cut | restored | rewritten | forged."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """`waiting`: entries that the next seal takes in."""

    entries: int
    waiting: int
    head: Head | None
    checkpoints: int
    findings: Sequence[Finding] = field(default=())


class Verifier:
    """Give it every row in the order of places, those without one last; then `report`."""

    def __init__(self, heads: Sequence[Head], checkpoints: Sequence[Head], keys: Collection[str]) -> None:
        self._heads = sorted(heads, key=lambda head: head.size)
        self._checkpoints = checkpoints
        self._keys = keys
        self._edge = Edge()
        self._roots: dict[int, bytes] = {0: self._edge.root}
        self._wanted = {head.size for head in (*heads, *checkpoints)}
        self._place = 0
        self._next = 0  # the first head that is not below the place
        self._waiting = 0
        self._changed: list[Row] = []
        self._newest = 0  # the highest number that was sealed
        self._findings: list[Finding] = []

    def take(self, row: Row) -> None:
        if row.place is None or row.leaf is None:
            self._not_sealed(row)
            return
        if row.place != self._place:
            self._found("missing", f"place {self._place} of the tree is missing: the next one is {row.place}")
        self._place = row.place + 1
        self._edge.append(row.leaf)
        self._newest = max(self._newest, row.entry_id)
        if self._edge.size in self._wanted:
            self._roots[self._edge.size] = self._edge.root
        if row.entry is None:
            self._found("missing", f"entry {row.entry_id} is missing: it was sealed at place {row.place}")
        elif row.entry.leaf != row.leaf:
            self._changed.append(row)
        elif row.personal not in (None, row.entry.act.personal_hash):
            self._found("edited", f"the personal part of entry {row.entry_id} was changed")
        else:
            self._in_time(row.place, row.entry)

    def report(self) -> Report:
        self._tell_changes()
        self._hold_against_heads()
        for head in self._checkpoints:
            self._hold_against_checkpoint(head)
        last = self._heads[-1] if self._heads else None
        return Report(self._edge.size, self._waiting, last, len(self._checkpoints), self._findings)

    def _not_sealed(self, row: Row) -> None:
        sealed = self._heads[-1] if self._heads else None
        if row.entry is None:
            self._found("missing", f"entry {row.entry_id} was removed before it was sealed")
        elif sealed and row.entry_id < self._newest and row.entry.at < sealed.at - LATE:
            self._found("inserted", f"entry {row.entry_id} is in no tree: it was inserted afterwards")
        else:
            self._waiting += 1

    def _in_time(self, place: int, entry: Entry) -> None:
        while self._next < len(self._heads) and self._heads[self._next].size <= place:
            self._next += 1
        before = self._heads[self._next - 1] if self._next else None
        if before and entry.at < before.at - LATE:
            self._found(
                "inserted",
                f"entry {entry.id} says {entry.at:%Y-%m-%d %H:%M}, but was sealed after {before.at:%Y-%m-%d %H:%M}",
            )

    def _tell_changes(self) -> None:
        swapped: set[int] = set()
        some = self._changed[:MOST_COMPARED]
        for row in some:
            for other in some:
                if (
                    row.entry_id < other.entry_id
                    and _swapped(row, other)
                    and not {row.entry_id, other.entry_id} & swapped
                ):
                    swapped |= {row.entry_id, other.entry_id}
                    self._found("swapped", f"entries {row.entry_id} and {other.entry_id} were swapped")
        for row in self._changed:
            if row.entry_id not in swapped:
                self._found(
                    "edited", f"entry {row.entry_id} was edited: it is not what was sealed at place {row.place}"
                )

    def _hold_against_heads(self) -> None:
        good = 0  # leaves that a head vouches for
        for head in self._heads:
            if not head.trusted(self._keys):
                self._found(
                    "forged", f"the head of {head.size} entries is not signed with the key of this installation"
                )
            elif head.size > self._edge.size:
                self._found("cut", f"the tail was cut: {head.size} entries were sealed, {self._edge.size} are there")
                return
            elif self._roots[head.size] != head.root:
                self._found(
                    "rewritten", f"places {good} to {head.size - 1} of the tree are not what was sealed{_on(head)}"
                )
                return
            else:
                good = head.size
        if self._edge.size > good:
            self._found("inserted", f"places {good} to {self._edge.size - 1} of the tree are in no signed head")

    def _hold_against_checkpoint(self, head: Head) -> None:
        if not head.trusted(self._keys):
            self._found(
                "forged", f"the checkpoint of {head.size} entries is not signed with the key of this installation"
            )
        elif head.size > self._edge.size:
            self._found(
                "restored",
                f"this is a restored copy, or its tail was cut together with its heads: the checkpoint tells of "
                f"{head.size} entries{_on(head)}, here are {self._edge.size}",
            )
        elif self._roots[head.size] != head.root:
            self._found(
                "restored",
                f"this is a restored copy that went on, or it was rewritten: its first {head.size} entries are not "
                f"those of the checkpoint{_on(head)}",
            )

    def _found(self, kind: str, words: str) -> None:
        self._findings.append(Finding(kind, words))


def verify(
    rows: Iterable[Row], heads: Sequence[Head], keys: Collection[str], checkpoints: Sequence[Head] = ()
) -> Report:
    """The same for rows that are in memory."""
    verifier = Verifier(heads, checkpoints, keys)
    for row in rows:
        verifier.take(row)
    return verifier.report()


def _swapped(one: Row, other: Row) -> bool:
    assert one.entry is not None
    assert other.entry is not None
    return (
        replace(one.entry, id=other.entry_id).leaf == other.leaf
        and replace(other.entry, id=one.entry_id).leaf == one.leaf
    )


def _on(head: Head) -> str:
    return f" on {head.at:%Y-%m-%d at %H:%M:%S} UTC"
