"""Tickets that an admin asks to be read, because no help desk tells of what is open already."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from gateway.audit.entries import Act
from gateway.store import audit
from gateway.store.audit import COMMAND, SOMEBODY
from gateway.store.database import Database
from gateway.store.intake import WALK, ticket_lock
from gateway.store.jobs import enqueue

ASKED = "asked"  # the kind of its event, which is no word of the help desk
EVENT = """
insert into event (account, event_id, kind, ticket_id, received_at, supersedes)
values (%(account)s, %(event_id)s, %(kind)s, %(ticket)s, now(), true) returning id
"""
CONNECTED = "select received_at from event where account = %(account)s order by id limit 1"


async def ask_for(database: Database, account: str, tickets: Sequence[str], *, by: str = SOMEBODY) -> list[int]:
    """An event for each ticket, with its job; returns their numbers. All of them are committed, or none."""
    numbers: list[int] = []
    async with database.transaction() as connection:
        for ticket in tickets:
            values = {"account": account, "event_id": f"{ASKED}:{uuid4().hex}", "kind": ASKED, "ticket": ticket}
            row = await (await connection.execute(EVENT, values)).fetchone()
            assert row is not None
            await enqueue(connection, WALK, {"event_id": row["id"]}, lock=ticket_lock(account, ticket))
            numbers.append(int(row["id"]))
        told = {"tickets": list(tickets), "runs": numbers}
        await audit.append(connection, Act(by, "account read", f"account {account}", COMMAND, told))
    return numbers


async def connected_at(database: Database, account: str) -> datetime | None:
    """When the account's help desk was heard of for the first time."""
    row = await database.one(CONNECTED, {"account": account})
    return row["received_at"] if row else None
