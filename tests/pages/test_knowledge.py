"""What drafts may quote, on pages for those whose drafts they are."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from gateway.access.people import Person, Right
from gateway.access.visitor import Visitor
from gateway.knowledge import Article, Audience, Defaults
from gateway.knowledge.sources import Content, Declared
from gateway.knowledge.sync import Librarian
from gateway.store.database import Database
from tests.pages.reading import Page

NOW = datetime.now(UTC)
STRANGE = 'https://site.example/a?b=c&d#"é'


def article(id: str, text: str, source: str = "help", **told: Any) -> Article:
    return Article(source, id, told.pop("title", "Returns"), text, language="en", **told)


@pytest.fixture(autouse=True)
async def articles(database: Database) -> None:
    async def helps(cursor: str | None) -> Content:
        found = [
            article(
                "old",
                "You can send back unworn boots within 30 days of delivery.",
                updated_at=NOW - timedelta(days=900),
            ),
            article("new", "You can send back unworn boots within 14 days of delivery.", updated_at=NOW),
            article(STRANGE, "<script>alert(1)</script>", title="<b>Strange</b>", url="javascript:alert(1)"),
        ]
        return Content(found, ["returns.md:3: has no title"])

    async def handbook(cursor: str | None) -> Content:
        return Content([article("authority", "Up to 100 EUR.", "handbook", audience=Audience.INTERNAL)])

    sources = [
        Declared(Defaults("help", owner="Care"), "care@example.com", "folder help", helps),
        Declared(Defaults("handbook", owner="Leads"), "leads@example.com", "folder handbook", handbook),
    ]
    librarian = Librarian(database, sources)
    await librarian.begin()
    await librarian.take_turn()


async def test_sources_are_shown_with_owner_age_problems_and_contradictions(browser: httpx.AsyncClient) -> None:
    page = Page((await browser.get("/knowledge")).text)

    assert page.faults == []
    assert "help folder help Care care@example.com" in page.text
    assert "has no title" in page.text
    assert "1 contradiction" in page.text
    assert "You can send back unworn boots within 30 days of delivery." in page.text
    assert "the older one" in page.text
    assert {"/knowledge/help/old", "/knowledge/help/new"} <= set(page.links)


async def test_an_article_without_an_address_of_its_own_has_a_page_here(browser: httpx.AsyncClient) -> None:
    page = Page((await browser.get("/knowledge/help/old")).text)

    assert page.faults == []
    assert "You can send back unworn boots within 30 days of delivery." in page.text
    assert "owned by Care (care@example.com)" in page.text
    assert "Drafts may quote it." in page.text


async def test_what_strangers_wrote_stays_text(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(f"/knowledge/help/{quote(STRANGE, safe='')}")

    page = Page(answer.text)
    assert "<b>Strange</b>" in page.text
    assert "<script>alert(1)</script>" in page.text
    assert not any(link.startswith("javascript") for link in page.links)


async def test_an_article_that_is_not_there_is_a_page_that_says_so(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/knowledge/help/nothing")).status_code == 404


@pytest.mark.parametrize(
    "visitor", [Visitor(Person("ann", "Ann", rights=frozenset({Right.AGENT}), accounts=frozenset({"acme"})))]
)
async def test_somebody_sees_what_the_drafts_of_her_accounts_are_made_of_and_nothing_else(
    browser: httpx.AsyncClient,
) -> None:
    page = Page((await browser.get("/knowledge")).text)

    assert "Care" in page.text
    assert "Leads" not in page.text
    assert (await browser.get("/knowledge/help/old")).status_code == 200
    assert (await browser.get("/knowledge/handbook/authority")).status_code == 404


async def test_an_internal_article_says_that_no_draft_is_made_of_it(browser: httpx.AsyncClient) -> None:
    page = Page((await browser.get("/knowledge/handbook/authority")).text)

    assert "Internal: agents see it, and no draft is made of it." in page.text
