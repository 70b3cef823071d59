"""In a restored copy: what stands in the ticket, written by us, that no row of ours tells of.

A copy does not know what was written between its backup and its return. The help desk does: an entry of the
integration user, dated in that lost time, under no id and no mark that we know. Where one stands after the message that
a run would answer, the run has been walked before, in a life that is forgotten, and nothing is written a second time.
"""

from collections.abc import Sequence

from connectors.contract import Message, Role, Ticket, Visibility
from gateway.store.restores import known_writes
from gateway.workflow import context
from gateway.workflow.context import Reading
from gateway.workflow.deliver import words
from gateway.workflow.walk import Walk

ANSWERED = "what stands in the ticket answers this already: it was written before the restored copy was put in place"
PERHAPS = "this may stand in the ticket since before the restored copy was put in place; look into the ticket"


async def lost_entries(walk: Walk, ticket: Ticket) -> tuple[Message, ...]:
    """The entries that we wrote in a lost time, in the order of the thread. Without a restore nobody is asked."""
    ours = [one for one in ticket.messages if one.author.role is Role.INTEGRATION and _in_lost_time(walk, one)]
    if not ours:
        return ()
    ids, marks = await known_writes(walk.line.database, walk.account, walk.ticket_id)
    return tuple(one for one in ours if one.id not in ids and not _carries(one, marks))


def standing_after(ticket: Ticket, message_id: str, entries: Sequence[Message]) -> list[Message]:
    """Those of the entries that stand after a message of the thread; all of them where that is gone."""
    places = {message.id: place for place, message in enumerate(ticket.messages)}
    return [one for one in entries if places.get(one.id, len(places)) > places.get(message_id, -1)]


async def written_before(walk: Walk, reading: Reading, answers: str, *visible: Visibility) -> list[Message]:
    """What we wrote after a message in a lost time, as `visible` as it is asked for, or at all. What a person asked
    for since then is not held back: they see what stands in the ticket."""
    if not walk.lost_times or _asked_since(walk):
        return []
    ticket = reading.ticket
    if any(walk.event["started_at"] <= lost.at for lost in walk.lost_times):
        ticket = (await context.read_now(walk)).ticket  # what an earlier try has kept is older than the lost time
    entries = standing_after(ticket, answers, await lost_entries(walk, ticket))
    return [one for one in entries if not visible or one.visibility in visible]


async def sent_before(walk: Walk, reading: Reading, answers: str, text: str) -> Message | None:
    """The public reply with these very words that we sent in a lost time."""
    entries = standing_after(reading.ticket, answers, await lost_entries(walk, reading.ticket))
    public = [one for one in entries if one.visibility is Visibility.PUBLIC]
    wanted = words(text, walk.desk.connector.body_format)
    return next((one for one in public if words(one.body, one.format) == wanted), None)


def _in_lost_time(walk: Walk, message: Message) -> bool:
    return any(lost.holds(message.created_at) for lost in walk.lost_times)


def _carries(message: Message, marks: set[str]) -> bool:
    return message.mark in marks or any(mark in message.body for mark in marks)


def _asked_since(walk: Walk) -> bool:
    asked = walk.is_act or walk.is_redraft
    return asked and all(walk.event["received_at"] > lost.at for lost in walk.lost_times)
