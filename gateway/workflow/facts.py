"""What a policy may look at, gathered from what the steps found. A fact that nobody could tell is None."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connectors.contract import Message, Role, Visibility
from gateway.screening import clean
from gateway.workflow.context import ASKING, Reading
from gateway.workflow.definitions import known_of
from gateway.workflow.walk import Walk

if TYPE_CHECKING:
    from gateway.workflow.ground import Grounded
    from gateway.workflow.screen import Screened

INJECTION_SIGNAL = 0.5  # the score from which it counts as a signal
CUSTOMER = ("requester.tier", "requester.plan", "requester.region")
OUT_OF_SCOPE = 0.2  # grounding below which the help centre does not speak of the matter at all

Facts = dict[str, Any]


def ticket_facts(walk: Walk, reading: Reading) -> Facts:
    """Known as soon as the ticket was read."""
    ticket = reading.ticket
    public = [message for message in ticket.messages if message.visibility is Visibility.PUBLIC]
    asked = [message for message in public if message.author.role in ASKING]
    newest = reading.unanswered[-1]
    now = walk.opened_at
    return {
        "ticket.account": walk.account,
        "ticket.id": ticket.id,
        "ticket.subject": ticket.subject,
        "ticket.channel": ticket.channel,
        "ticket.status": ticket.status,
        "ticket.priority": ticket.priority,
        "ticket.queue": ticket.queue or "",
        "ticket.tags": list(ticket.tags),
        "ticket.age_hours": (now - ticket.created_at).total_seconds() / 3600,
        "ticket.brand": ticket.brand or "",
        "requester.vip": any(tag in walk.desk.vip_tags for tag in ticket.tags),
        **dict.fromkeys(CUSTOMER, ""),
        **{known.fact: known.value for known in known_of(walk.desk.definitions, ticket)},
        "requester.organisation": ticket.requester.organisation or "",
        "requester.domain": (ticket.requester.email or "").rpartition("@")[2].lower(),
        "message.length": len(clean(newest.body, newest.format).text),
        "message.attachments": len(newest.attachments),
        "message.is_first": len(asked) == 1,
        "history.contacts": len(asked),
        "history.reopens": _reopens(public),
        "history.drafts_rejected": walk.past["drafts_rejected"],
        "clock.now": now,
        **{f"ticket.fields.{key}": value for key, value in ticket.fields.items()},
    }


def screened_facts(reading: Reading, screened: "Screened") -> Facts:
    """Known when the text was cleaned. Topics come from word lists."""
    score = screened.injection.score
    return {
        "ticket.language": reading.ticket.language or screened.language,
        "screen.topics": dict(screened.topics),
        "screen.pii_kinds": sorted(kind.lower() for kind in screened.pii),
        "screen.questions": len(screened.questions),
        "screen.injection": score >= INJECTION_SIGNAL,
        "screen.injection_score": score,
    }


def grounded_facts(walk: Walk, grounded: "Grounded") -> Facts:
    """Known when the knowledge base was searched. An article that would steer a model counts like a ticket."""
    steered = any(passage.suspect for passage in grounded.passages)
    dates = [passage.updated_at for passage in grounded.public if passage.updated_at is not None]
    return {
        "knowledge.grounding": grounded.grounding,
        "knowledge.passages": len(grounded.public),
        "knowledge.newest_age_days": (datetime.now(UTC) - max(dates)).days if dates else None,
        **{f"budget.{scope}_spent": walk.past[f"spent_{scope}"] for scope in ("ticket", "day", "month")},
        **{f"budget.{scope}_left": walk.past[f"left_{scope}"] for scope in ("ticket", "day", "month")},
        "screen.out_of_scope": None if grounded.grounding is None else grounded.grounding < OUT_OF_SCOPE,
        **({"screen.injection": True} if steered else {}),
    }


def _reopens(public: list[Message]) -> int:
    """How often the requester's side wrote again after an answer."""
    again = 0
    answered = False
    for message in public:
        if message.author.role in ASKING:
            again += answered
            answered = False
        elif message.author.role in (Role.AGENT, Role.INTEGRATION):
            answered = True
    return again


def plain(facts: Mapping[str, Any]) -> Facts:
    """Facts as JSON, to be kept with the decision that they led to."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}
