"""Context: a webhook is a pointer, so the ticket is read from the help desk, with its version."""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from connectors.contract import Message, Role, Ticket, Visibility
from connectors.errors import NotFound
from gateway.errors import NothingOwed
from gateway.telemetry import fact_disagreements
from gateway.workflow.definitions import known_of
from gateway.workflow.walk import Walk

STEP = "context"
ASKING = (Role.REQUESTER, Role.PARTICIPANT)
TICKET = TypeAdapter(Ticket)


@dataclass(frozen=True, slots=True)
class Reading:
    """The ticket as it was read, and the requester's messages that nobody has answered, oldest first."""

    ticket: Ticket
    unanswered: tuple[Message, ...]

    @property
    def answers(self) -> str | None:
        """The id of the message that a draft would answer."""
        return self.unanswered[-1].id if self.unanswered else None


async def read(walk: Walk) -> Reading:
    """The ticket: from the row of an earlier try, else from the help desk."""
    if kept := walk.kept(STEP):
        if kept.content is None:
            raise NothingOwed("the requester's data was erased")
        return reading_of(TICKET.validate_python(kept.content))
    with walk.timed(STEP):
        reading = await read_now(walk)
    ticket = reading.ticket
    walk.rows.requester_is(ticket.requester.id, ticket.version, ticket.queue)
    walk.keep(STEP, _summary(walk, reading), TICKET.dump_python(ticket, mode="json"))
    return reading


async def read_now(walk: Walk) -> Reading:
    """The ticket as it is at this moment. A deleted one is owed nothing."""
    try:
        return reading_of(await walk.desk.connector.fetch(walk.ticket_id))
    except NotFound:
        raise NothingOwed("the ticket does not exist any more") from None


def reading_of(ticket: Ticket) -> Reading:
    """Which messages wait for an answer: those of the requester's side since the last public word of ours."""
    waiting: list[Message] = []
    for message in ticket.messages:
        if message.visibility is not Visibility.PUBLIC:
            continue
        if message.author.role in ASKING:
            waiting.append(message)
        elif message.author.role is not Role.SYSTEM:
            waiting.clear()
    return Reading(ticket, tuple(waiting))


def _summary(walk: Walk, reading: Reading) -> dict[str, Any]:
    ticket = reading.ticket
    told = known_of(walk.desk.definitions, ticket)
    for known in told:
        if known.others:
            fact_disagreements.labels(walk.account, known.fact).inc()
    return {
        "version": ticket.version,
        "status": ticket.status,
        "channel": ticket.channel,
        "priority": ticket.priority,
        "queue": ticket.queue,
        "tags": list(ticket.tags),
        "messages": len(ticket.messages),
        "attachments": sum(len(message.attachments) for message in ticket.messages),
        "answers": reading.answers,
        "unanswered": len(reading.unanswered),
        "url": ticket.url,
        "known": {known.fact: known.to_dict() for known in told},
    }
