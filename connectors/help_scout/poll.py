"""What no webhook told: messages in the conversations that changed since, under the names that webhooks give them.

The answer does not say when a conversation changed, so the cursor is a time of our own clock and stays behind it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import EventKind, TicketEvent
from connectors.errors import Rejected
from connectors.help_scout.events import EVER, event_of, of_another_inbox, saying_threads
from connectors.help_scout.pages import pages
from connectors.help_scout.paths import API
from connectors.help_scout.settings import Settings
from connectors.session import Session
from connectors.values import identifier, moment, needed

BEHIND = timedelta(minutes=2)  # for clocks that differ, and for what is stored late; what is told twice is one event
MOST_PAGES = 20  # a call; a backlog is worked off by calling again


async def poll(session: Session, settings: Settings, cursor: str | None, me: str) -> tuple[Sequence[TicketEvent], str]:
    """The messages after a cursor, and the next cursor. Without one: no events, and a cursor that begins now."""
    following = _stamp(datetime.now(UTC) - BEHIND)
    if cursor is None:
        return [], following
    since = moment(cursor)
    if since is None:
        raise Rejected("the cursor is not one that this connector gave; begin again without one")
    events: list[TicketEvent] = []
    query = {
        "status": "all",
        "modifiedSince": cursor,
        "sortField": "modifiedAt",
        "sortOrder": "asc",
        "embed": "threads",
    }
    read = 0
    async for page in pages(session, f"{API}/conversations", "conversations", query):
        read += 1
        for one in page:
            if not of_another_inbox(one, settings.inbox_ids):
                events += _messages(one, since, me)
        if read >= MOST_PAGES and (reached := _newest(page[-1])) > since:
            return events, _stamp(reached)
    return events, max(cursor, following)


def _newest(conversation: dict[str, Any]) -> datetime:
    """A time at which the conversation had changed for certain; when it last did is not told."""
    told = [moment(one["createdAt"]) for one in saying_threads(conversation)]
    return max([one for one in (*told, moment(conversation.get("userUpdatedAt"))) if one], default=EVER)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _messages(conversation: dict[str, Any], since: datetime, me: str) -> list[TicketEvent]:
    """Oldest first. Its first message is what makes a conversation."""
    ticket_id = needed(identifier(conversation.get("id")), "conversation.id")
    threads = saying_threads(conversation)
    whole = conversation.get("threads") == len(threads)
    return [
        event_of(
            one,
            conversation,
            ticket_id,
            EventKind.TICKET_CREATED if whole and one is threads[-1] else EventKind.MESSAGE_ADDED,
            me,
        )
        for one in reversed(threads)
        if (moment(one["createdAt"]) or since) >= since
    ]
