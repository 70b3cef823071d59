"""Lists are followed to their end: a page that fails, or lacks its list, never passes for the last one."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from connectors.errors import Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import document, lacks, mapping, needed, text

PAGE_SIZE = "100"  # the most that Zendesk gives
MOST_PAGES = 1000


async def pages(
    http: HttpClient, path: str, key: str, params: Mapping[str, str] | None = None
) -> AsyncIterator[dict[str, Any]]:
    """Every page of a list as the document that came, by cursor, or by link where a list knows no cursors.

    `key` names the list that each page must hold. Source: developer.zendesk.com, "Pagination".
    """
    query: dict[str, str] | None = {"page[size]": PAGE_SIZE, **(params or {})}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        page = document(await http.get(path, params=query))
        if not isinstance(page.get(key), list):
            raise lacks(key)
        yield page
        meta = mapping(page.get("meta"))
        if meta.get("has_more") is True:
            step = needed(text(meta.get("after_cursor")), "meta.after_cursor")
            query = {**(query or {}), "page[after]": step}
        elif not meta and (link := text(page.get("next_page"))):
            step, path, query = link, link, None
        else:
            return
        if step in seen:
            raise Unavailable(f"Zendesk gives the same page of {key} again and again")
        seen.add(step)
    raise Rejected(f"a list of {key} has more than {MOST_PAGES} pages; it is not read any further")
