"""The first event of an account after a moment, for an admin who waits to see that its webhook works."""

from gateway.store.database import Database, Row


async def newest(database: Database) -> int:
    """The number of the newest event of any account; 0 where there is none."""
    row = await database.one("select coalesce(max(id), 0) as id from event")
    return int(row["id"]) if row else 0


async def first_after(database: Database, account: str, event: int) -> Row | None:
    """The account's first event with a higher number. `polled`: the help desk was asked, no delivery came."""
    return await database.one(
        """select id, kind, ticket_id, author, visibility, received_at, delivery_id is null as polled from event
           where account = %(account)s and id > %(event)s order by id limit 1""",
        {"account": account, "event": event},
    )
