"""The page that stops everything, and the banner that says so on every other one."""

import httpx
import pytest

from gateway.store import pauses
from gateway.store.database import Database
from tests.pages.reading import Page

FROM_OUR_PAGE = {"sec-fetch-site": "same-origin", "origin": "http://localhost"}
HOSTILE = '<script>alert("x")</script>'


async def test_the_form_pauses_and_the_banner_tells_who_and_why(browser: httpx.AsyncClient, database: Database) -> None:
    asked = {"account": "acme", "because": "  the model talks nonsense "}

    answer = await browser.post("/pause", data=asked, headers=FROM_OUR_PAGE)
    page = Page((await browser.get("/")).text)

    assert answer.status_code == 303
    assert "acme is paused" in page.text
    assert "by admin: the model talks nonsense" in page.text
    assert page.faults == []


async def test_the_button_of_the_banner_resumes(browser: httpx.AsyncClient, database: Database) -> None:
    await pauses.pause(database, pauses.ALL, by="sam", because="a test")
    assert "All accounts are paused" in Page((await browser.get("/dead")).text).text

    answer = await browser.post("/resume", data={"account": "*"}, headers=FROM_OUR_PAGE)
    page = Page((await browser.get(answer.headers["location"])).text)

    assert "Resumed: 0 events walk again" in page.text
    assert "are paused" not in page.text
    assert "by sam" in page.text
    assert page.faults == []


@pytest.mark.parametrize("path", ["/pause", "/resume"])
async def test_a_form_of_another_site_changes_nothing(
    browser: httpx.AsyncClient, database: Database, path: str
) -> None:
    await pauses.pause(database, "acme", by="sam", because="a test")

    answer = await browser.post(
        path, data={"account": "acme", "because": "x"}, headers={"origin": "https://evil.example"}
    )

    assert answer.status_code == 403
    assert [row["because"] for row in await pauses.active(database)] == ["a test"]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"account": "amce", "because": "a slip"}, 404),
        ({"account": "acme", "because": "   "}, 422),
        ({"account": "acme", "because": "x" * 501}, 422),
        ({"account": "acme", "because": "a\x00b"}, 422),
        ({"because": "of no account"}, 422),
    ],
)
async def test_a_form_with_nonsense_pauses_nothing(
    browser: httpx.AsyncClient, database: Database, form: dict[str, str], status: int
) -> None:
    answer = await browser.post("/pause", data=form, headers=FROM_OUR_PAGE)

    assert answer.status_code == status
    assert await pauses.active(database) == []


async def test_a_reason_is_text_and_nothing_else(browser: httpx.AsyncClient, database: Database) -> None:
    await pauses.pause(database, "acme", by=HOSTILE, because=HOSTILE)

    html = (await browser.get("/pause")).text

    assert HOSTILE not in html
    assert HOSTILE in Page(html).text
