"""How soon tickets were first answered, by the history that a help desk keeps: for "before" in the owner's report."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import cast

from connectors.contract import Connector, HasHistory, Role, Visibility
from gateway.ledger.response import first_response_ms

ANSWERS = (Role.AGENT, Role.INTEGRATION)


async def first_responses(
    desk: Connector, since: datetime, until: datetime, limit: int
) -> AsyncIterator[tuple[str | None, float]]:
    """Queue and milliseconds of each ticket that was first asked in that time, and answered.

    At most `limit` are read."""
    read = 0
    async for page in cast(HasHistory, desk).history(since):
        for ticket in page:
            public = [message for message in ticket.messages if message.visibility is Visibility.PUBLIC]
            asked = [message.created_at for message in public if message.author.role is Role.REQUESTER]
            answered = [message.created_at for message in public if message.author.role in ANSWERS]
            took = first_response_ms(asked, answered)
            if took is not None and since <= min(asked) < until:
                yield ticket.queue, took
        read += len(page)
        if read >= limit:
            return
