"""Lists are followed to their end: a page that fails, or is no list, never passes for the last one."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from connectors.errors import Rejected, Unavailable
from connectors.freshdesk.paths import ticket_path
from connectors.http import HttpClient
from connectors.values import identifier, listed, needed

PAGE_SIZE = 100  # the most that Freshdesk gives
USUAL_PAGE = 30  # what it gives unasked: a page with fewer is the last, whatever became of our wish
MOST_PAGES = 1000


async def pages(
    http: HttpClient, path: str, params: Mapping[str, str] | None = None, *, may_come_whole: bool = False
) -> AsyncIterator[list[dict[str, Any]]]:
    """Pages of a list, each entry once. `may_come_whole`: a list that is not known to have pages at all."""
    seen: set[str] = set()
    for number in range(1, MOST_PAGES + 1):
        query = {**(params or {}), "per_page": str(PAGE_SIZE), "page": str(number)}
        answer = await http.get(path, params=query)
        page = listed(answer, "its list")
        new = [one for one in page if needed(identifier(one.get("id")), "id") not in seen]
        if page and not new:
            if may_come_whole:
                return
            raise Unavailable("Freshdesk gives the same page of a list again and again")
        seen |= {str(identifier(one["id"])) for one in new}
        if new:
            yield new
        if len(answer) < USUAL_PAGE:
            return
    raise Rejected(f"a list has more than {MOST_PAGES} pages; it is not read any further")


async def conversations(http: HttpClient, ticket_id: str) -> list[dict[str, Any]]:
    """Every reply and note of a ticket. The requester's first words are not among them: they are the description."""
    return [one async for page in pages(http, f"{ticket_path(ticket_id)}/conversations") for one in page]
