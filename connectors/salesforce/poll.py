"""What happened since: cases, e-mails and comments that were saved after a moment of Salesforce's own clock.

A long transaction commits a time that lies before one that was seen already. So the cursor stays two minutes behind,
and what is told twice has the same event id.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from connectors.contract import TicketEvent
from connectors.errors import Rejected
from connectors.salesforce.events import FIELDS, case_events, comment_event, email_event
from connectors.salesforce.session import Row, Session
from connectors.salesforce.values import literal, select
from connectors.values import moment, needed

BEHIND = timedelta(minutes=2)
EVER = datetime(1999, 1, 1, tzinfo=UTC)


async def poll(session: Session, cursor: str | None) -> tuple[Sequence[TicketEvent], str]:
    """The events after a cursor, and the next cursor. Without one: no events, and a cursor that begins now."""
    if cursor is None:
        return [], literal(await _now(session))
    since = moment(cursor)
    if since is None:
        raise Rejected("the cursor is not one that this connector gave; begin again without one")
    me = await session.me()
    condition = f"SystemModstamp > {literal(since)}"
    cases, emails, comments = await asyncio.gather(
        _saved(session, "Case", condition),
        _saved(session, "EmailMessage", f"{condition} AND ParentId != null"),
        _saved(session, "CaseComment", condition),
    )
    events = [
        event
        for row in cases
        for event in case_events(row, me, created=(moment(row.get("CreatedDate")) or EVER) > since)
    ]
    events += [event for row in emails if (event := email_event(row, me))]
    events += [event for row in comments if (event := comment_event(row, me))]
    newest = max(
        (needed(moment(row.get("SystemModstamp")), "SystemModstamp") for row in cases + emails + comments),
        default=since,
    )
    return events, literal(max(since, newest - BEHIND))


async def _saved(session: Session, kind: str, condition: str) -> list[Row]:
    return await session.rows(select(FIELDS[kind], kind, condition, "ORDER BY SystemModstamp"))


async def _now(session: Session) -> datetime:
    """The newest moment that any of our records tells."""
    newest = EVER
    for kind in FIELDS:
        for row in await session.rows(select("SystemModstamp", kind, then="ORDER BY SystemModstamp DESC LIMIT 1")):
            newest = max(newest, needed(moment(row.get("SystemModstamp")), "SystemModstamp"))
    return newest
