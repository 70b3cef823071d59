"""Rows of a table, to the last page, and only those that were asked for.

ServiceNow ignores a part of a query that it does not understand and gives other rows, or all of them: so `belongs` is
asked of each. It takes rows that we may not see off a page without filling it up, so a short page is not the last one;
how many there are is told by a header. Source: ServiceNow documentation, "Table API".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import AuthFailed, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.servicenow.values import number
from connectors.values import document, listed

TABLES = "/api/now/table"
PAGE = 200
MOST_PAGES = 1000
NOT_ASKED = (
    "ServiceNow gives other rows than were asked for: it ignores a part of the question; run `countersign check`"
)

Row = dict[str, Any]
Belongs = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a list. `query` is in ServiceNow's encoded form."""

    path: str
    query: str
    fields: str
    belongs: Belongs

    def params(self, limit: int, offset: int = 0) -> Mapping[str, str]:
        return {
            "sysparm_query": self.query,
            "sysparm_fields": self.fields,
            "sysparm_limit": str(limit),
            "sysparm_offset": str(offset),
            "sysparm_display_value": "false",
            "sysparm_exclude_reference_link": "true",
        }


async def page(http: HttpClient, asked: Question, limit: int, offset: int = 0) -> tuple[list[Row], int | None]:
    """One page, and how many rows there are, seen or hidden; None where that is not told."""
    answer, headers = await http.get_and_hear(asked.path, params=asked.params(limit, offset))
    found = listed(document(answer).get("result"), "result")
    if not all(asked.belongs(row) for row in found):
        raise Unavailable(NOT_ASKED)
    return found, number(headers.get("x-total-count"))


async def rows(http: HttpClient, asked: Question, *, whole: bool = False) -> list[Row]:
    """All rows. `whole`: a list from which something is hidden from us is worse than none (raises `AuthFailed`)."""
    found: list[Row] = []
    for turn in range(MOST_PAGES):
        some, total = await page(http, asked, PAGE, turn * PAGE)
        found += some
        if (turn + 1) * PAGE >= total if total is not None else not some:
            if whole and total is not None and len(found) < total:
                raise AuthFailed(
                    f"only {len(found)} of {total} entries of {asked.path} are visible; run `countersign check`"
                )
            return found
    raise Rejected(f"{asked.path} has more than {MOST_PAGES} pages; it is not read any further")
