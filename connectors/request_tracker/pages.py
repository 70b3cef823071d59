"""Lists are followed to their end by id, because RT numbers pages only for those who may see everything.

For everybody else RT 5.0 tells neither a total nor a next page (source: `RT::REST2::Resource::Collection`): whoever
waits for one reads the first page and takes it for the whole.
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from connectors.errors import Rejected, Unavailable
from connectors.http import HttpClient
from connectors.request_tracker.values import number
from connectors.values import document, lacks, needed, objects

PAGE = 100  # the most that RT gives
MOST_PAGES = 1000
MOST_NAMED = 40  # ids in one question: it travels in the address

Query = Callable[[int], str]


async def pages(
    http: HttpClient, path: str, query: Query, fields: str, *, after: int = 0, most: int = MOST_PAGES
) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows whose id is greater than `after`, in order, page by page; at most `most` pages.

    `query` makes the question for "id greater than this". It must leave out what we may not see: RT counts a hidden
    row and does not give it, so that a page would look like the last one.
    """
    for _ in range(most):
        rows = await ask(http, path, {"query": query(after), "fields": fields, "order": "ASC", "per_page": str(PAGE)})
        ids = [row_id(row) for row in rows]
        if any(found <= after for found in ids):
            raise Unavailable("RT gives rows that were not asked for; if this stays, its API has changed")
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        after = max(ids)
    if most == MOST_PAGES:
        raise Rejected(f"a list has more than {MOST_PAGES} pages; it is not read any further")


async def ask(http: HttpClient, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
    """One page, by id."""
    page = document(await http.get(path, params={"orderby": "id", **params}))
    if not isinstance(page.get("items"), list):
        raise lacks("items")
    return objects(page["items"])


def row_id(row: dict[str, Any]) -> int:
    return needed(number(row.get("id")), "id")


def where(limits: dict[str, Sequence[str]]) -> Query:
    """A question in RT's JSON form: each field, none of them the id, has one of its values.

    RT takes several conditions on one field for alternatives, and ignores a field that it does not know.
    """
    fixed = [{"field": field, "value": value} for field, values in limits.items() for value in values]
    return lambda after: json.dumps([*fixed, {"field": "id", "operator": ">", "value": str(after)}])


def matching(condition: str) -> Query:
    """A question in RT's SQL form, which refuses what it does not know."""
    return lambda after: f"id > {after} AND {condition}"


def one_of(field: str, values: Sequence[str]) -> str:
    """`(Queue = 'A' OR Queue = 'B')`, with quotes kept inside their values."""
    return "(" + " OR ".join(f"{field} = {quoted(value)}" for value in values) + ")"


def quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
