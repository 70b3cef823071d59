"""What no rule told: tickets that came, and words of requesters and agents, by the times that Freshdesk keeps of them.

The cursor is a time of Freshdesk's clock, and all that came after it is told. It stays two minutes behind the newest
change, for what is stored late; what is told twice has the same event id.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import EventKind, TicketEvent, Visibility
from connectors.errors import Rejected, Unavailable
from connectors.freshdesk.pages import MOST_PAGES, PAGE_SIZE, USUAL_PAGE
from connectors.freshdesk.paths import API
from connectors.http import HttpClient
from connectors.values import identifier, listed, mapping, moment, needed

BEHIND = timedelta(minutes=2)
STEP = timedelta(seconds=1)  # what `updated_since` can tell apart, and whether it takes in its own second is not told
EVER = datetime(1971, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


async def poll(http: HttpClient, cursor: str | None) -> tuple[Sequence[TicketEvent], str]:
    """The events after a cursor, and the next cursor. Without one: no events, and a cursor that begins now."""
    if cursor is None:
        return [], _stamp(await _now(http))
    since = moment(cursor)
    if since is None:
        raise Rejected("the cursor is not one that this connector gave; begin again without one")
    rows = await _changed(http, since)
    events = [event for row in rows for event in _events(row, since)]
    newest = max((_updated_at(row) for row in rows), default=EVER)
    return sorted(events, key=lambda event: event.occurred_at or EVER), _stamp(max(since, newest - BEHIND))


async def _now(http: HttpClient) -> datetime:
    """A time after every change that is there: ours, or that of the newest where Freshdesk's clock is ahead."""
    query = {"order_by": "updated_at", "order_type": "desc", "per_page": "1"}
    rows = listed(await http.get(f"{API}/tickets", params=query), "tickets")
    return max([datetime.now(UTC) - BEHIND, *map(_updated_at, rows)])


async def _changed(http: HttpClient, since: datetime) -> list[Row]:
    """The tickets that changed, in that order. Each page begins where the last one ended, because a ticket that changes
    meanwhile leaves its place, and would push another one from a page not yet read to one that was."""
    found: dict[str, Row] = {}
    start, page = since, 1
    query = {"order_by": "updated_at", "order_type": "asc", "per_page": str(PAGE_SIZE), "include": "stats"}
    for _ in range(MOST_PAGES):
        where = {**query, "updated_since": _stamp(start), "page": str(page)}
        answer = await http.get(f"{API}/tickets", params=where)
        rows = listed(answer, "tickets")
        known = len(found)
        found |= {needed(identifier(row.get("id")), "ticket.id"): row for row in rows}
        if page > 1 and rows and len(found) == known:
            raise Unavailable("Freshdesk gives the same page of tickets again and again")
        if len(answer) < USUAL_PAGE:
            return list(found.values())
        reached = _updated_at(rows[-1]) - STEP
        start, page = (reached, 1) if reached > start else (start, page + 1)
    raise Rejected(
        f"more than {MOST_PAGES} pages of tickets changed since the last poll; they are not read any further"
    )


def _events(row: Row, since: datetime) -> Iterator[TicketEvent]:
    """Who wrote is left for the ticket to tell. Without its times, that it changed is all there is to say."""
    ticket_id = needed(identifier(row.get("id")), "ticket.id")
    created_at, stats = moment(row.get("created_at")), row.get("stats")
    if created_at and created_at > since:
        yield TicketEvent(f"created:{ticket_id}", EventKind.TICKET_CREATED, ticket_id, created_at)
    for who in ("requester", "agent"):
        at = moment(mapping(stats).get(f"{who}_responded_at"))
        if at and at > since:
            name = f"{who}:{ticket_id}:{_stamp(at)}"
            yield TicketEvent(name, EventKind.MESSAGE_ADDED, ticket_id, at, visibility=Visibility.PUBLIC)
    if not isinstance(stats, dict) and (changed_at := _updated_at(row)) > since:
        yield TicketEvent(f"changed:{ticket_id}:{_stamp(changed_at)}", EventKind.TICKET_CHANGED, ticket_id, changed_at)


def _updated_at(row: Row) -> datetime:
    return needed(moment(row.get("updated_at")), "ticket.updated_at")


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
