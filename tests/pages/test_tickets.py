"""The page of a ticket."""

import httpx

from gateway.records import RunState
from gateway.store.database import Database
from tests.pages.reading import Page
from tests.pages.rows import walk
from tests.pages.steps import FAILED_CALL, Call, Plan


async def test_a_ticket_shows_the_run_with_a_draft_and_the_sums_of_all(
    browser: httpx.AsyncClient, database: Database
) -> None:
    drafted = await walk(database, Plan(calls=[FAILED_CALL, Call()]))
    later = await walk(database, Plan(upto="context", state=RunState.NOTHING, reason="nobody waits"))

    page = Page((await browser.get("/tickets/acme/4411")).text)

    assert f"From run {drafted}" in page.text
    assert "Runs 2 Model calls 2 Cost of all at least 0.0021 USD Tokens at least 1,204 in, 188 out" in page.text
    assert [link for link in page.links if link in (f"/runs/{drafted}", f"/runs/{later}")]


async def test_an_id_with_slashes_and_quotes_has_a_page(browser: httpx.AsyncClient, database: Database) -> None:
    strange = 'a/b?c#d "é'
    await walk(database, Plan(ticket=strange))
    listed = Page((await browser.get("/")).text)
    [path] = [link for link in listed.links if link.startswith("/tickets/")]

    page = Page((await browser.get(path)).text)

    assert f"Ticket {strange}" in page.text
