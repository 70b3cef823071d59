"""What happened since: the transactions of our queues, by their ids.

Without its type, RT takes the object of a transaction for a ticket even where it is an article with the same number.
A long database transaction commits an id lower than one that was seen already. So the cursor stays two minutes behind,
and what is told twice has the same event id.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Role, TicketEvent
from connectors.errors import Rejected
from connectors.http import HttpClient
from connectors.request_tracker.events import KINDS, SYSTEM, event_of
from connectors.request_tracker.pages import PAGE, ask, matching, one_of, pages, row_id
from connectors.request_tracker.settings import Settings
from connectors.request_tracker.values import moment, named, number
from connectors.values import needed, text

PATH = "/REST/2.0/transactions"
FIELDS = "Type,ObjectId,Creator,Created,NewValue"
BEHIND = timedelta(minutes=2)
MOST_PAGES = 10  # a call; a backlog is worked off by calling again
EVER = datetime(1971, 1, 1, tzinfo=UTC)


async def poll(http: HttpClient, settings: Settings, cursor: str | None) -> tuple[Sequence[TicketEvent], str]:
    """The events after a cursor, and the next cursor. Without one: no events, and a cursor that begins now."""
    condition = " AND ".join(
        (
            "ObjectType = 'RT::Ticket'",
            "TicketType = 'ticket'",
            one_of("TicketQueue", settings.queues),
            one_of("Type", tuple(KINDS)),
        )
    )
    query = matching(condition)
    if cursor is None:
        newest = await ask(http, PATH, {"query": query(0), "order": "DESC", "per_page": "1"})
        return [], str(max(map(row_id, newest), default=0))
    after = number(cursor)
    if after is None:
        raise Rejected("the cursor is not one that this connector gave; begin again without one")
    found = pages(http, PATH, query, FIELDS, after=after, most=MOST_PAGES)
    rows = [row async for page in found for row in page]
    events = [event for row in rows if (event := _event(row, settings.user))]
    return events, str(_settled(rows, after))


def _settled(rows: Sequence[dict[str, Any]], after: int) -> int:
    """The last id that none can come before any more, by RT's own clock."""
    newest = max((moment(row.get("Created")) or EVER for row in rows), default=EVER)
    old = [row_id(row) for row in rows if (moment(row.get("Created")) or EVER) <= newest - BEHIND]
    if not old and len(rows) == MOST_PAGES * PAGE:  # more in two minutes than one call reads: go on rather than stay
        old = [row_id(row) for row in rows]
    return max(old, default=after)


def _event(row: dict[str, Any], me: str) -> TicketEvent | None:
    """Who is staff is not told here, and not asked for: the ticket is read anyway."""
    creator = named(row.get("Creator"))
    own = creator is not None and creator.casefold() == me.casefold()
    return event_of(
        row_id(row),
        needed(number(row.get("ObjectId")), "ObjectId"),
        needed(text(row.get("Type")), "Type"),
        status=text(row.get("NewValue")),
        author=Role.INTEGRATION if own else Role.SYSTEM if creator in SYSTEM else None,
        occurred_at=moment(row.get("Created")),
    )
