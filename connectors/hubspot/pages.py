"""Lists are followed to their end: a page that fails, or lacks its list, never passes for the last one."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from connectors.errors import Rejected, Unavailable
from connectors.http import HttpClient
from connectors.hubspot.values import message_id
from connectors.values import document, listed, mapping, needed, text

A_PAGE = "100"
MOST_PAGES = 2000


async def pages(
    http: HttpClient, path: str, params: Mapping[str, str] | None = None
) -> AsyncIterator[list[dict[str, Any]]]:
    """Every page of a list, by cursor."""
    query = {"limit": A_PAGE, **(params or {})}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = document(await http.get(path, params=query))
        yield listed(answer.get("results"), "results")
        cursor = text(mapping(mapping(answer.get("paging")).get("next")).get("after"))
        if cursor is None:
            return
        if cursor in seen:
            raise Unavailable("HubSpot gives the same page of a list again and again")
        seen.add(cursor)
        query = {**query, "after": cursor}
    raise Rejected(f"a list has more than {MOST_PAGES} pages; it is not read any further")


async def messages(http: HttpClient, path: str) -> list[dict[str, Any]]:
    """All that happened on a thread, oldest first, each message with its whole text."""
    found = {
        needed(message_id(one.get("id")), "message.id"): one
        async for page in pages(http, f"{path}/messages")
        for one in page
    }
    whole = [await _whole(http, path, one) for one in found.values()]
    return sorted(whole, key=lambda one: text(one.get("createdAt")) or "")


async def _whole(http: HttpClient, path: str, message: dict[str, Any]) -> dict[str, Any]:
    """A list cuts long messages, and says so."""
    if message.get("truncationStatus") in (None, "NOT_TRUNCATED"):
        return message
    original = document(await http.get(f"{path}/messages/{message['id']}/original-content"))
    return {**message, "text": original.get("text"), "richText": original.get("richText")}
