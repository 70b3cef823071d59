"""The message that a run answers, as it came: before anything was taken off, and masked like all that is told."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from gateway.screening import Vault
from gateway.store.database import Database
from gateway.store.reports.story import kept_content
from gateway.workflow.context import TICKET
from gateway.workflow.screen import known_in

LONGEST = 4_000  # characters


async def as_it_came(database: Database, run_id: int) -> str | None:
    """None where it was erased, not read yet, or kept by another release in another form."""
    kept = await kept_content(database, run_id, ("context", "screen"))
    ticket, screened = kept.get("context"), kept.get("screen")
    if not isinstance(ticket, Mapping) or not isinstance(screened, Mapping):
        return None
    return _masked(ticket, screened)


def _masked(content: Mapping[str, Any], screened: Mapping[str, Any]) -> str | None:
    try:
        ticket = TICKET.validate_python(content)
        vault = Vault.from_dict(screened["vault"], list(known_in(ticket)))
    except (ValidationError, KeyError, ValueError, TypeError):
        return None
    waiting = [message for message in ticket.messages if message.author.id == ticket.requester.id]
    return vault.mask(waiting[-1].body, limit=LONGEST) if waiting else None
