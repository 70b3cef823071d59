"""Dead events, and the button."""

import httpx
import pytest

from gateway.records import RunState
from gateway.store import events
from gateway.store.database import Database
from tests.pages.reading import Page
from tests.pages.rows import walk
from tests.pages.steps import Plan

DEAD = Plan(upto="ground", state=RunState.FAILED, reason="the help desk says no")
FROM_OUR_PAGE = {"sec-fetch-site": "same-origin", "origin": "http://localhost"}


async def test_the_button_walks_the_chosen_events_again(browser: httpx.AsyncClient, database: Database) -> None:
    first, second = await walk(database, DEAD), await walk(database, DEAD)

    answer = await browser.post("/dead/replay", data={"run": [str(first)]}, headers=FROM_OUR_PAGE)
    page = Page((await browser.get(answer.headers["location"])).text)

    assert answer.status_code == 303
    assert "1 event walks again" in page.text
    assert [row["id"] for row in await events.dead(database)] == [second]


async def test_an_old_browser_is_believed_by_its_origin(browser: httpx.AsyncClient, database: Database) -> None:
    run_id = await walk(database, DEAD)

    answer = await browser.post("/dead/replay", data={"run": [str(run_id)]}, headers={"origin": "http://localhost"})

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site", "origin": "http://localhost"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost.evil.example"},
    ],
)
async def test_a_form_of_another_site_replays_nothing(
    browser: httpx.AsyncClient, database: Database, headers: dict[str, str]
) -> None:
    run_id = await walk(database, DEAD)

    answer = await browser.post("/dead/replay", data={"run": [str(run_id)]}, headers=headers)

    assert answer.status_code == 403
    assert [row["id"] for row in await events.dead(database)] == [run_id]


@pytest.mark.parametrize("run", [["one"], [str(10**30)], [], ["1"] * 201])
async def test_a_form_with_nonsense_is_refused_in_words(browser: httpx.AsyncClient, run: list[str]) -> None:
    answer = await browser.post("/dead/replay", data={"run": run}, headers=FROM_OUR_PAGE)

    assert answer.status_code == 422
    assert "The request is not valid" in answer.text


async def test_an_empty_list_says_so(browser: httpx.AsyncClient) -> None:
    assert "No event is dead." in (await browser.get("/dead")).text


async def test_each_dead_event_tells_why(browser: httpx.AsyncClient, database: Database) -> None:
    await walk(database, DEAD)

    page = Page((await browser.get("/dead")).text)

    assert "The help desk says no" in page.text
    assert page.faults == []
