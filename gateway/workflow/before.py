"""What waited for an answer before the account was connected is left alone, unless the owner or an admin wants it.

On the day that a help desk is connected, any change to an old ticket would bring a draft for a question that people
may have dealt with elsewhere. What the requester writes from then on is answered, on old tickets too.
"""

from datetime import timedelta

from connectors.contract import EventKind, Role
from gateway.errors import NothingOwed
from gateway.store.asked import ASKED, connected_at
from gateway.workflow.context import Reading
from gateway.workflow.walk import Walk

CLOCKS = timedelta(minutes=10)  # how far a help desk's clock, and its first delivery, may be behind
WRITING = (EventKind.TICKET_CREATED, EventKind.MESSAGE_ADDED)
ASKING = (Role.REQUESTER, Role.PARTICIPANT)


async def left_alone(walk: Walk, reading: Reading) -> None:
    """Raises NothingOwed where the newest question was there before we were."""
    event = walk.event
    if walk.desk.drafts_open_tickets or event["kind"] == ASKED:
        return
    if event["kind"] in WRITING and event["author"] in ASKING:
        return  # a new message, whatever the clocks say
    since = await connected_at(walk.line.database, walk.account)
    if since is not None and reading.unanswered[-1].created_at < since - CLOCKS:
        await walk.rows.commit()
        raise NothingOwed("the question was there before this account was connected (open_tickets: ignore)")
