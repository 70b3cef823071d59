"""Lists are followed to their end: a page that fails, or does not say which it is, never passes for the last one."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from connectors.errors import Rejected, Unavailable
from connectors.help_scout.paths import conversation_path
from connectors.session import Session
from connectors.values import document, identifier, lacks, listed, mapping, needed

MOST_PAGES = 1000


async def pages(
    session: Session, path: str, key: str, params: Mapping[str, str] | None = None, *, most: int = MOST_PAGES
) -> AsyncIterator[list[dict[str, Any]]]:
    """Pages of a list, each entry once. `key` names the list, which a page without entries leaves out."""
    seen: set[str] = set()
    for number in range(1, most + 1):
        answer = document(await session.get(path, {**(params or {}), "page": str(number)}))
        total = mapping(answer.get("page")).get("totalPages")
        if not isinstance(total, int) or isinstance(total, bool):
            raise lacks("page.totalPages")
        embedded = mapping(answer.get("_embedded"))
        rows = listed(embedded.get(key), key) if embedded else []
        new = [one for one in rows if needed(identifier(one.get("id")), "id") not in seen]
        if rows and not new:
            raise Unavailable("Help Scout gives the same page of a list again and again")
        seen |= {str(identifier(one["id"])) for one in new}
        if new:
            yield new
        if number >= total:
            return
    raise Rejected(f"a list has more than {most} pages; it is not read any further")


async def threads(session: Session, ticket_id: str) -> list[dict[str, Any]]:
    """Everything in a conversation: messages, notes, drafts, and lines that tell of changes."""
    path = f"{conversation_path(ticket_id)}/threads"
    return [one async for page in pages(session, path, "threads") for one in page]
