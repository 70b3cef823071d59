"""Which rows belong to which, as Postgres itself knows it by its foreign keys: a table that is added later is not
forgotten, and no description of the tables (SQLAlchemy, 27 MB) is loaded for it."""

from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter

from psycopg import sql

from gateway.store.database import Connection, Row

TEXTS = "content"
KEYS = """
select child.relname as child, mine.attname as column, parent.relname as parent, theirs.attname as key
from pg_constraint as reference
  join pg_class as child on child.oid = reference.conrelid
  join pg_class as parent on parent.oid = reference.confrelid
  join pg_attribute as mine on mine.attrelid = child.oid and mine.attnum = reference.conkey[1]
  join pg_attribute as theirs on theirs.attrelid = parent.oid and theirs.attnum = reference.confkey[1]
where reference.contype = 'f'
  and child.relnamespace = (select relnamespace from pg_class where oid = 'event'::regclass)
order by child.relname, mine.attname
"""


async def deletions(connection: Connection, root: str) -> list[sql.Composed]:
    """What removes everything that belongs to the rows of `root` with `%(ids)s`, and of these rows, the last first.

    Each answers the ids of the texts that its rows had."""
    keys = await (await connection.execute(KEYS)).fetchall()
    return list(_deletions(keys, root))


def _deletions(keys: list[Row], root: str) -> Iterator[sql.Composed]:
    texts: dict[str, list[sql.Identifier]] = defaultdict(list)
    parents: dict[str, list[Row]] = defaultdict(list)
    for key in keys:
        if key["parent"] == TEXTS:
            texts[key["child"]].append(sql.Identifier(key["column"]))
        elif key["parent"] != key["child"]:
            parents[key["child"]].append(key)
    belonging: dict[str, sql.Composable] = {root: sql.SQL("id = any(%(ids)s)")}
    order = TopologicalSorter({child: [key["parent"] for key in keys] for child, keys in parents.items()})
    for table in order.static_order():
        ways = [
            sql.SQL("{} in (select {} from {} where {})").format(
                *(sql.Identifier(key[part]) for part in ("column", "key", "parent")), belonging[key["parent"]]
            )
            for key in parents[table]
            if key["parent"] in belonging
        ]
        if ways:
            belonging[table] = sql.SQL("({})").format(sql.SQL(" or ").join(ways))
    for table, which in reversed(belonging.items()):
        told = sql.SQL(" returning {}").format(sql.SQL(", ").join(texts[table])) if texts[table] else sql.SQL("")
        yield sql.SQL("delete from {} where {}{}").format(sql.Identifier(table), which, told)
