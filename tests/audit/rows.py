"""A sealed record in memory: entries, their places, and the heads that were signed on the way."""

from datetime import UTC, datetime, timedelta

from gateway.audit.entries import Act, Entry
from gateway.audit.heads import Head, Signer
from gateway.audit.merkle import Edge
from gateway.audit.verify import Row

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
SIGNER = Signer("a secret that only the tests use")


def entry(number: int) -> Entry:
    act = Act("ann", "approve", f"run {number}", "page", {"review": number, "of": "acme"}, f"{number:064x}")
    return Entry(number, BEGAN + timedelta(seconds=number), act)


def sealed(size: int, *, every: int = 10) -> tuple[list[Row], list[Head]]:
    """`size` entries, sealed in batches of `every`."""
    edge, rows, heads = Edge(), [], []
    for place in range(size):
        one = entry(place + 1)
        edge.append(one.leaf)
        rows.append(Row(place, one.id, one.leaf, one))
        if edge.size % every == 0 or edge.size == size:
            heads.append(SIGNER.head(edge.size, one.at, edge.root))
    return rows, heads
