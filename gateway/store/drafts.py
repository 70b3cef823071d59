"""Drafts beyond the run that made them: which one a ticket has now, and what became of it."""

from collections.abc import Sequence
from typing import Any

from gateway.records import DraftState
from gateway.store.database import Database, Row

# A draft in one of these states is an answer: the same message is not drafted a second time.
ANSWERED = [state for state in DraftState if state is not DraftState.SUPERSEDED]
NO_PAST = {"drafts_rejected": 0, "drafts_waiting": 0}  # of a ticket that never had a draft
OPEN = [DraftState.PROPOSED, DraftState.SHOWN, DraftState.HELD, DraftState.UNCERTAIN]


async def answering(database: Database, account: str, ticket_id: str, message_id: str, run_id: int) -> Row | None:
    """The draft of another run that answers this message already."""
    return await database.one(
        """select run_id, state from draft where account = %(account)s and ticket_id = %(ticket)s
           and answers = %(message)s and state = any(%(states)s) and run_id <> %(run)s
           order by run_id desc limit 1""",
        {"account": account, "ticket": ticket_id, "message": message_id, "states": ANSWERED, "run": run_id},
    )


async def past(database: Database, account: str, ticket_id: str) -> Row:
    """What went before on a ticket."""
    row = await database.one(
        """select count(*) filter (where state = 'rejected') as drafts_rejected,
             count(*) filter (where state in ('shown', 'held')) as drafts_waiting
           from draft where account = %(account)s and ticket_id = %(ticket)s""",
        {"account": account, "ticket": ticket_id},
    )
    assert row is not None
    return row


async def comparable(database: Database, account: str, ticket_id: str) -> Sequence[Row]:
    """Drafts that an agent's reply is to be compared with, oldest first, with their text (None once erased): those
    that wait, and a last one that was rejected or has expired."""
    return await database.all(
        """select d.*, c.body as content from draft d left join content c on c.id = d.content_id
           where d.account = %(account)s and d.ticket_id = %(ticket)s and (d.state = any(%(open)s)
             or (d.state in ('rejected', 'expired') and not exists (select from outcome o where o.run_id = d.run_id)
                 and not exists (select from draft n where n.account = d.account and n.ticket_id = d.ticket_id
                                 and n.run_id > d.run_id)))
           order by d.run_id""",
        {"account": account, "ticket": ticket_id, "open": OPEN},
    )


async def kept_ticket(database: Database, run_id: int) -> Any:
    """The ticket as a run read it; None once erased."""
    row = await database.one(
        """select c.body from step s join content c on c.id = s.content_id
           where s.run_id = %(run)s and s.name = 'context'""",
        {"run": run_id},
    )
    return row["body"] if row else None


async def kept_vault(database: Database, run_id: int) -> Any:
    """The values behind a run's placeholders, as its screening kept them; None once erased."""
    row = await database.one(
        """select c.body->'vault' as vault from step s join content c on c.id = s.content_id
           where s.run_id = %(run)s and s.name = 'screen'""",
        {"run": run_id},
    )
    return row["vault"] if row else None


async def written_entries(database: Database, account: str, ticket_id: str) -> set[str]:
    """The help desk's ids of the entries on a ticket that we wrote and that nobody turns into something else: a draft
    in the composer keeps its id when an agent sends it."""
    rows = await database.all(
        # By way of the runs: they are indexed by ticket, and an account has many more entries than a ticket.
        """select w.entry_id from run r join write_back w on w.run_id = r.id
           where r.account = %(account)s and r.ticket_id = %(ticket)s and w.entry_id is not null
           and w.purpose <> 'draft'""",
        {"account": account, "ticket": ticket_id},
    )
    return {row["entry_id"] for row in rows}
