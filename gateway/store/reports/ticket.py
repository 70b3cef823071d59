"""The story of one ticket: all its runs, and what they came to together."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.errors import NotFound
from gateway.store.database import Database
from gateway.store.reports.amounts import Cost, Tokens
from gateway.store.reports.runs import RunLine, run_list
from gateway.store.reports.story import Story, run_story

MOST = 200  # runs of one ticket that are told


@dataclass(frozen=True, slots=True)
class TicketStory:
    """All runs of a ticket, newest first. `latest` tells the newest run that made a draft, else the newest of all."""

    account: str
    ticket_id: str
    runs: Sequence[RunLine]
    more: bool  # older runs exist beyond `runs`
    latest: Story
    cost: Cost
    tokens: Tokens
    attempts: int


async def ticket_story(database: Database, account: str, ticket_id: str) -> TicketStory:
    """Raises NotFound where nothing ever came in for this ticket."""
    runs, older = await run_list(database, account=account, ticket_id=ticket_id, limit=MOST)
    if not runs:
        raise NotFound(
            f"nothing came in for ticket {ticket_id} of account {account}",
            remedy="Check the number, and whether the help desk's webhook points here",
        )
    latest = next((run for run in runs if run.draft_state and run.draft_state != "superseded"), runs[0])
    return TicketStory(
        account=account,
        ticket_id=ticket_id,
        runs=runs,
        more=older is not None,
        latest=await run_story(database, latest.run_id),
        cost=Cost.total(run.cost for run in runs),
        tokens=Tokens(
            _sum([run.input_tokens for run in runs]),
            _sum([run.output_tokens for run in runs]),
            sum(run.uncounted_attempts for run in runs),
        ),
        attempts=sum(run.attempts for run in runs),
    )


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
