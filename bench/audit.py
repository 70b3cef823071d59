"""Tampers with a sealed record at random and counts what the check finds; then times the check of a long record.

python -m bench.audit                 10,000 tampers, a million entries
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.audit.entries import Act, Entry
from gateway.audit.heads import Head, Signer
from gateway.audit.merkle import Edge
from gateway.audit.verify import Report, Row, Verifier, verify

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
SIGNER = Signer("a secret that only the measurement uses")
Rows, Heads = list[Row], list[Head]
Tamper = Callable[[random.Random, Rows, Heads], tuple[Rows, Heads]]


def entry(number: int) -> Entry:
    act = Act("policies", "decide", f"run {number}", "line", {"account": "acme", "verdict": "review"}, f"{number:064x}")
    return Entry(number, BEGAN + timedelta(seconds=number), act)


def sealed(size: int, every: int) -> Iterator[tuple[Row, Head | None]]:
    """A record that grows: every so many entries its head is signed."""
    edge = Edge()
    for place in range(size):
        one = entry(place + 1)
        edge.append(one.leaf)
        signed = edge.size % every == 0 or edge.size == size
        yield Row(place, one.id, one.leaf, one), SIGNER.head(edge.size, one.at, edge.root) if signed else None


def edit(chance: random.Random, rows: Rows, heads: Heads) -> tuple[Rows, Heads]:
    """Another word in one entry; half of the time the leaf is made to match."""
    place = chance.randrange(len(rows))
    row = rows[place]
    assert row.entry is not None
    act = row.entry.act
    changed = chance.choice(
        [replace(act, who="nobody"), replace(act, on_what="run 0"), replace(act, detail={"verdict": "send"})]
    )
    new = replace(row.entry, act=changed)
    if chance.random() < 0.3:
        new = replace(row.entry, at=row.entry.at + timedelta(microseconds=1))
    rows[place] = replace(row, entry=new, leaf=new.leaf if chance.random() < 0.5 else row.leaf)
    return rows, heads


def delete(chance: random.Random, rows: Rows, heads: Heads) -> tuple[Rows, Heads]:
    """An entry goes: alone, with its leaf, or with its leaf and everything moved up."""
    place = chance.randrange(len(rows))
    how = chance.randrange(3)
    if how == 0:
        rows[place] = replace(rows[place], entry=None)
        return rows, heads
    del rows[place]
    return (rows if how == 1 else _moved_up(rows)), heads


def insert(chance: random.Random, rows: Rows, heads: Heads) -> tuple[Rows, Heads]:
    """An entry that nobody made: without a leaf, or in the midst of the tree."""
    number = chance.randrange(1, len(rows))
    new = replace(entry(number), id=10**6 + number if chance.random() < 0.5 else number)
    if chance.random() < 0.5:
        old = replace(new, id=number, at=BEGAN - timedelta(days=1))
        return [*rows, Row(None, old.id, None, old)], heads
    rows.insert(number, Row(number, new.id, new.leaf, new))
    return _moved_up(rows), heads


def swap(chance: random.Random, rows: Rows, heads: Heads) -> tuple[Rows, Heads]:
    """Two entries change places: what they say, or their leaves too."""
    one, other = chance.sample(range(len(rows)), 2)
    first, second = rows[one], rows[other]
    assert first.entry is not None
    assert second.entry is not None
    if chance.random() < 0.5:
        rows[one] = replace(first, entry=replace(second.entry, id=first.entry_id))
        rows[other] = replace(second, entry=replace(first.entry, id=second.entry_id))
    else:
        rows[one], rows[other] = replace(second, place=one), replace(first, place=other)
    return rows, heads


def cut(chance: random.Random, rows: Rows, heads: Heads) -> tuple[Rows, Heads]:
    """The last entries go; their heads stay, or go too, but those outside do not."""
    left = chance.randrange(len(rows))
    kept = heads if chance.random() < 0.5 else [head for head in heads if head.size <= left]
    return rows[:left], kept


def restore(chance: random.Random, rows: Rows, heads: Heads) -> tuple[Rows, Heads]:
    """The database of an earlier day, which went on with other entries."""
    head = chance.choice(heads[:-1])
    rows, heads = rows[: head.size], [one for one in heads if one.size <= head.size]
    edge = Edge()
    for row in rows:
        assert row.leaf is not None
        edge.append(row.leaf)
    for _ in range(chance.randrange(40)):
        new = replace(entry(edge.size + 1), act=Act("ann", "approve", "run 1", "page"))
        rows.append(Row(edge.size, new.id, new.leaf, new))
        edge.append(new.leaf)
    if edge.size > head.size:
        heads = [*heads, SIGNER.head(edge.size, BEGAN + timedelta(days=1), edge.root)]
    return rows, heads


TAMPERS: tuple[Tamper, ...] = (edit, delete, insert, swap, cut, restore)


def tampered(count: int, *, size: int = 60, seed: int = 7) -> tuple[Counter[str], Counter[str]]:
    """(how many of each kind, how many of them were found). What lies outside is the newest head."""
    chance = random.Random(seed)
    record = list(sealed(size, 7))
    rows, heads = [row for row, _ in record], [head for _, head in record if head]
    assert not verify(rows, heads, {SIGNER.key}, heads[-1:]).findings, "the record is whole before anybody touches it"
    tried, found = Counter[str](), Counter[str]()
    for number in range(count):
        tamper = TAMPERS[number % len(TAMPERS)]
        ours, theirs = tamper(chance, list(rows), list(heads))
        tried[tamper.__name__] += 1
        found[tamper.__name__] += bool(verify(ours, theirs, {SIGNER.key}, heads[-1:]).findings)
    return tried, found


def timed(size: int, every: int = 1000) -> tuple[float, Report]:
    """Seconds of checking a record of so many entries, without making or fetching it."""
    rows: Rows = []
    heads: Heads = []
    for row, head in sealed(size, every):
        rows.append(row)
        heads += [head] if head else []
    verifier = Verifier(heads, heads, {SIGNER.key})
    began = time.perf_counter()
    for row in rows:
        verifier.take(row)
    report = verifier.report()
    return time.perf_counter() - began, report


def _moved_up(rows: Rows) -> Rows:
    return [replace(row, place=place) for place, row in enumerate(rows)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tampers", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    arguments = parser.parse_args()
    began = time.perf_counter()
    tried, found = tampered(arguments.tampers)
    for kind in tried:
        print(f"{kind:8} {tried[kind]:6} tried {found[kind]:6} found")
    print(f"{tried.total()} tampers, {found.total()} found, in {time.perf_counter() - began:.1f} s")
    took, report = timed(arguments.entries)
    print(f"{report.entries} entries and {report.checkpoints} heads outside are checked in {took:.1f} s")
    if found != tried or report.findings:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
