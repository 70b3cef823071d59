"""Lists are followed to their end: a page that fails, or lacks its list, never passes for the last one."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from connectors.errors import Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import document, identifier, listed, needed

MOST_MESSAGES_A_PAGE = 100  # what Chatwoot gives after a message (app/finders/message_finder.rb)
MOST_PAGES = 2000


async def messages(http: HttpClient, path: str) -> list[dict[str, Any]]:
    """The whole thread of a conversation, oldest first: without `after` Chatwoot gives only the last twenty."""
    thread: list[dict[str, Any]] = []
    last = 0
    for _ in range(MOST_PAGES):
        answer = document(await http.get(f"{path}/messages", params={"after": str(last)}))
        page = listed(answer.get("payload"), "messages")
        if not page:
            return thread
        newest = max(int(needed(identifier(one.get("id")), "message.id")) for one in page)
        if newest <= last:
            raise Unavailable("Chatwoot gives the same page of messages again and again")
        thread += page
        last = newest
        if len(answer["payload"]) < MOST_MESSAGES_A_PAGE:
            return thread
    raise Rejected(f"a thread has more than {MOST_PAGES} pages; it is not read any further")


async def numbered(
    http: HttpClient, path: str, rows: Callable[[dict[str, Any]], Any], params: Mapping[str, str]
) -> AsyncIterator[list[dict[str, Any]]]:
    """Pages of a list with page numbers, each entry once, until a page is empty. `rows` finds the list in an answer."""
    seen: set[str] = set()
    for number in range(1, MOST_PAGES + 1):
        answer = document(await http.get(path, params={**params, "page": str(number)}))
        page = listed(rows(answer), "its list")
        if not page:
            return
        new = [one for one in page if needed(identifier(one.get("id")), "id") not in seen]
        if not new:
            raise Unavailable("Chatwoot gives the same page of a list again and again")
        seen |= {str(one["id"]) for one in new}
        yield new
    raise Rejected(f"a list has more than {MOST_PAGES} pages; it is not read any further")
