"""Rows and bytes that a ticket leaves, by table: `python -m bench.capacity --tickets 500`, for deploy/capacity.md.

Bytes are `pg_total_relation_size`: rows, indexes, long values, and what updates have left for the next vacuum. Tables
of the queue empty themselves after an hour; they are told apart."""

import argparse
import os
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from bench.house import House, open_house
from bench.line import Stretch, walk

WARM = 20  # tickets before the first look: pages that are begun already
QUEUE = "procrastinate"
TABLES = """
select relname as name, pg_total_relation_size(oid)::bigint as bytes from pg_class
where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument("--tickets", type=int, default=500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_house(Path(folder), 50) as house:
        house.start_web()
        house.start_worker()
        walk(house, WARM)
        before = sizes(house)
        stretch = walk(house, given.tickets, rate=10)
        after = sizes(house)
    grown = {
        name: ((rows - before[name][0]) / given.tickets, (size - before[name][1]) / given.tickets)
        for name, (rows, size) in after.items()
    }
    show(grown, stretch)


def sizes(house: House) -> dict[str, tuple[int, int]]:
    """(rows, bytes) of each table."""
    found = house.rows(TABLES)
    with psycopg.connect(house.database_url, autocommit=True) as connection:
        counted = {}
        for table in found:
            query = sql.SQL("select count(*) from {}").format(sql.Identifier(table["name"]))
            (rows,) = connection.execute(query).fetchone() or (0,)
            counted[table["name"]] = (int(rows), int(table["bytes"]))
    return counted


def show(grown: dict[str, tuple[float, float]], stretch: Stretch) -> None:
    print("| table | rows a ticket | bytes a ticket |\n|---|---|---|")
    kept = {name: told for name, told in grown.items() if not name.startswith(QUEUE)}
    for name, (rows, size) in sorted(kept.items(), key=lambda one: -one[1][1]):
        if rows or size:
            print(f"| `{name}` | {rows:.1f} | {size:,.0f} |")
    total = [sum(column) for column in zip(*kept.values(), strict=True)]
    print(f"| **all that stays** | {total[0]:.1f} | {total[1]:,.0f} |")
    queue = [sum(column) for column in zip(*(grown[name] for name in grown.keys() - kept.keys()), strict=True)]
    print(f"| the queue, for an hour | {queue[0]:.1f} | {queue[1]:,.0f} |")
    print(f"\n{stretch.wal_bytes:,.0f} bytes of write-ahead log and {stretch.commits:.1f} transactions a ticket.")
    spent = ", ".join(f"{name} {stretch.cpu_ms[name]:.1f}" for name in ("web", "worker", "postgres"))
    print(f"CPU ms a ticket: {spent}, at a load of {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
