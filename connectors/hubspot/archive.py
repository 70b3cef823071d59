"""What a help desk already knows: closed threads with the replies that closed them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime

from connectors.contract import Ticket
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.hubspot.pages import pages
from connectors.hubspot.values import THREADS
from connectors.values import identifier, needed


async def history(
    http: HttpClient, since: datetime | None, fetch: Callable[[str], Awaitable[Ticket]]
) -> AsyncIterator[Sequence[Ticket]]:
    """Closed threads whose newest message is not older than that, in the order of those messages."""
    query = {"threadStatus": "CLOSED"}
    if since:
        stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query |= {"sort": "latestMessageTimestamp", "latestMessageTimestampAfter": stamp}
    async for page in pages(http, THREADS, query):
        found = []
        for one in page:
            try:
                found.append(await fetch(needed(identifier(one.get("id")), "thread.id")))
            except NotFound:
                continue  # deleted since the page was made
        if found:
            yield found
