"""What the inbox counts of the day."""

from datetime import UTC, datetime, timedelta

from gateway.store import outcomes
from gateway.store.database import Database
from gateway.store.outcomes import Found
from gateway.store.reports.inbox import today
from tests.pages.rows import walk
from tests.pages.steps import Plan


async def test_what_policies_sent_and_what_nobody_was_shown_is_no_work_of_people(database: Database) -> None:
    for ticket, sent_by in (("1", "agent"), ("2", "policy"), ("3", "agent")):
        run = await walk(database, Plan(ticket=ticket))
        await outcomes.keep(database, run, Found("sent_as_is", 1.0, 1.0, "m", sent_by))
    await database.run("update draft set shadow = true where ticket_id = '3'")

    told = await today(database, datetime.now(UTC) - timedelta(hours=1), None)

    assert (told.as_is, told.edited) == (1, 0)
