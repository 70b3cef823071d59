"""Takes personal data out of what people write about a draft, so that it may be learnt from."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from connectors.contract import Ticket
from gateway.screening import Kind, Known, Vault
from gateway.store import drafts
from gateway.store.database import Database
from gateway.workflow.context import TICKET
from gateway.workflow.screen import known_in


async def vault_of(database: Database, run_id: int, now: Ticket | None = None) -> Vault:
    """A vault that finds the values of a run in any text, and masks them by the same placeholders as its screening
    did. `now`: the ticket as it is, which knows who has answered meanwhile. Once erased, placeholders begin anew."""
    kept = await drafts.kept_vault(database, run_id)
    ticket = await drafts.kept_ticket(database, run_id)
    known = _known_of(ticket)
    known += known_in(now) if now is not None else ()
    if not isinstance(kept, Mapping):
        return Vault(known)
    return Vault.from_dict(kept, [*known, *_values(kept)])


def _known_of(kept: Any) -> list[Known]:
    """What a kept ticket says of its people. One that an older version kept in another shape says nothing; what its run
    had masked is in the run's vault all the same."""
    try:
        return [*known_in(TICKET.validate_python(kept))] if kept is not None else []
    except ValidationError:
        return []


async def redacted(database: Database, run_id: int, words: str) -> str:
    """What somebody wrote about the draft of a run, with placeholders."""
    return (await vault_of(database, run_id)).mask(words)


def _values(kept: Mapping[str, Any]) -> Iterator[Known]:
    return (Known(Kind(kind), value) for kind, value, _ in kept["entries"] if kind != Kind.LITERAL)
