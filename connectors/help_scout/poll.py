"""What no webhook told: messages in the conversations that changed since, under the names that webhooks give them.

The cursor is a time of Help Scout's clock, and all that came after it is told. It stays two minutes behind the newest
message, for what is stored late; what is told twice has the same event id.
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

BEHIND = timedelta(minutes=2)
# The newest change first: what changes while pages are read moves to the front, where it is looked for afterwards.
BY_CHANGE = {"status": "all", "sortField": "modifiedAt", "sortOrder": "desc", "embed": "threads"}


async def poll(session: Session, settings: Settings, cursor: str | None, me: str) -> tuple[Sequence[TicketEvent], str]:
    """The messages after a cursor, and the next cursor. Without one: no events, and a cursor that begins now."""
    if cursor is None:
        return [], _stamp(await _now(session))
    since = moment(cursor)
    if since is None:
        raise Rejected("the cursor is not one that this connector gave; begin again without one")
    events: list[TicketEvent] = []
    newest = since
    for one in await _changed(session, since):
        newest = max(newest, _newest(one) - BEHIND)
        if not of_another_inbox(one, settings.inbox_ids):
            events += _messages(one, since, me)
    return sorted(events, key=lambda event: event.occurred_at or EVER), _stamp(newest)


async def _changed(session: Session, since: datetime) -> list[dict[str, Any]]:
    """The conversations that changed, page by page, and then what came to the front meanwhile, until nothing did."""
    found: dict[str, dict[str, Any]] = {}
    more = True
    while more:
        read, known = 0, len(found)
        query = {**BY_CHANGE, "modifiedSince": _stamp(since)}
        async for page in pages(session, f"{API}/conversations", "conversations", query):
            read += 1
            unseen = {one_id: one for one in page if (one_id := str(identifier(one["id"]))) not in found}
            found |= unseen
            if not unseen:
                break
        more = read > 1 and len(found) > known
    return list(found.values())


async def _now(session: Session) -> datetime:
    """A time after every message that is there: ours, or that of the newest where Help Scout's clock is ahead."""
    async for page in pages(session, f"{API}/conversations", "conversations", BY_CHANGE):
        return max([datetime.now(UTC) - BEHIND, *map(_newest, page)])
    return datetime.now(UTC) - BEHIND


def _newest(conversation: dict[str, Any]) -> datetime:
    return max((moment(one["createdAt"]) or EVER for one in saying_threads(conversation)), default=EVER)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _messages(conversation: dict[str, Any], since: datetime, me: str) -> list[TicketEvent]:
    """Its first message is what makes a conversation."""
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
        for one in threads
        if (moment(one["createdAt"]) or EVER) > since
    ]
