"""The review page: what a person sees of a draft, and what becomes of what they say."""

import json

import httpx
import pytest

from gateway.access.people import Person
from gateway.access.visitor import Visitor
from gateway.store.database import Database, Row
from tests.pages.conftest import PEOPLE
from tests.pages.kept import CARD, DRAFT, NAME
from tests.pages.reading import Page
from tests.pages.rows import walk
from tests.pages.steps import Plan

OURS = {"origin": "http://localhost"}


def named(name: str) -> Person:
    person = PEOPLE.by_id(name)
    assert person is not None
    return person


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(named("ann"))


async def shown(database: Database, **plan: object) -> int:
    run = await walk(database, Plan(**plan))  # type: ignore[arg-type]
    await database.run("update decision set explanation = explanation - 'approvers'")
    return run


async def text_of(database: Database, run: int) -> str:
    """The draft as the editor shows it."""
    row = await database.one(
        "select c.body->>'text' as text from draft d join content c on c.id = d.content_id where d.run_id = %(r)s",
        {"r": run},
    )
    assert row is not None
    return str(row["text"])


async def draft(database: Database) -> Row:
    row = await database.one("select * from draft order by run_id desc limit 1")
    assert row is not None
    return row


async def test_a_person_sees_the_real_words_and_what_they_rest_on(
    browser: httpx.AsyncClient, database: Database
) -> None:
    run = await shown(database)

    page = Page((await browser.get(f"/review/{run}")).text)

    assert page.faults == []
    assert NAME in page.text
    assert "the 129.00 EUR go back to the card" in page.text
    assert "How do I return something?" in page.text
    assert "old: check" in page.text
    assert "mark" in page.tags
    assert "Internal: who may refund what" not in page.text.split("Why: the decision explained")[0]
    assert "Approve and send" in page.text


async def test_approving_keeps_the_word_and_the_event_that_sends_it(
    browser: httpx.AsyncClient, database: Database
) -> None:
    run = await shown(database)

    form = {"text": await text_of(database, run), "reading_ms": "4200"}
    answer = await browser.post(f"/review/{run}/approve", data=form, headers=OURS)

    assert answer.status_code == 303
    assert (await draft(database))["state"] == "approved"
    review = await database.one("select * from review")
    assert review is not None
    assert (review["by"], review["via"], review["edited"], review["reading_ms"]) == ("ann", "page", False, 4200)
    event = await database.one("select * from event where kind = 'review'")
    assert event is not None
    assert event["event_id"] == f"review:{run}:{review['id']}"
    assert "Approved by ann; it is being sent" in Page((await browser.get(answer.headers["location"])).text).text


async def test_an_edit_is_what_is_approved(browser: httpx.AsyncClient, database: Database) -> None:
    run = await shown(database)

    await browser.post(f"/review/{run}/approve", data={"text": "Dear <b>Marta</b>,\r\nyes."}, headers=OURS)

    row = await database.one("select c.body from review v join content c on c.id = v.content_id")
    assert row is not None
    assert row["body"]["text"] == "Dear <b>Marta</b>,\nyes."


async def test_a_double_submit_is_told_and_does_nothing_twice(browser: httpx.AsyncClient, database: Database) -> None:
    run = await shown(database)
    await browser.post(f"/review/{run}/approve", data={"text": DRAFT}, headers=OURS)

    again = await browser.post(f"/review/{run}/approve", data={"text": DRAFT}, headers=OURS)

    assert again.status_code == 409
    assert "ann has approved this draft already" in Page(again.text).text
    assert len(await database.all("select 1 from event where kind = 'review'")) == 1


async def test_what_is_refused_brings_back_what_was_typed(browser: httpx.AsyncClient, database: Database) -> None:
    run = await shown(database)

    answer = await browser.post(
        f"/review/{run}/approve", data={"text": "Dear <PERSON_9>, my own words.", "seen": ""}, headers=OURS
    )

    assert answer.status_code == 409
    assert "my own words." in Page(answer.text).text
    assert "Your text is still in the editor" in Page(answer.text).text
    assert (await draft(database))["state"] == "shown"


@pytest.mark.parametrize(
    ("act", "form", "state"),
    [
        ("reject", {"reason": "Wrong facts", "why": "the price"}, "rejected"),
        ("hold", {}, "held"),
        ("redraft", {"instruction": "shorter"}, "shown"),
        ("escalate", {"team": "billing", "priority": "high", "why": "angry"}, "shown"),
    ],
)
async def test_each_act_keeps_its_words(
    browser: httpx.AsyncClient, database: Database, act: str, form: dict[str, str], state: str
) -> None:
    run = await shown(database)

    answer = await browser.post(f"/review/{run}/{act}", data=form, headers=OURS)

    assert answer.status_code == 303
    assert (await draft(database))["state"] == state
    page = Page((await browser.get(f"/review/{run}")).text)
    for word in (form.get("why"), form.get("instruction")):
        assert word is None or word in page.text


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
async def test_another_site_cannot_press_the_button(
    browser: httpx.AsyncClient, database: Database, headers: dict[str, str]
) -> None:
    run = await shown(database)

    answer = await browser.post(f"/review/{run}/approve", data={"text": DRAFT}, headers=headers)

    assert answer.status_code == 403
    assert (await draft(database))["state"] == "shown"


class TestSomebodyElse:
    @pytest.fixture
    def visitor(self) -> Visitor:
        return Visitor(named("else"))

    async def test_a_draft_of_another_account_does_not_exist(
        self, browser: httpx.AsyncClient, database: Database
    ) -> None:
        run = await shown(database)

        for answer in (
            await browser.get(f"/review/{run}"),
            await browser.get(f"/review/{run}/live"),
            await browser.post(f"/review/{run}/approve", data={"text": DRAFT}, headers=OURS),
            await browser.get("/review/ticket/acme/4411"),
            await browser.get(f"/runs/{run}"),
            await browser.get("/tickets/acme/4411"),
        ):
            assert answer.status_code == 404
            assert NAME not in answer.text
        assert (await draft(database))["state"] == "shown"
        assert str(run) not in " ".join(Page((await browser.get("/runs")).text).links)
        assert f"/review/{run}" not in Page((await browser.get("/")).text).links


class TestTheHolderOfALink:
    @pytest.fixture
    def visitor(self) -> Visitor:
        return Visitor(draft=1)

    async def test_sees_that_draft_and_cannot_act_on_it(self, browser: httpx.AsyncClient, database: Database) -> None:
        run = await shown(database)
        assert run == 1

        page = Page((await browser.get(f"/review/{run}")).text)
        answer = await browser.post(f"/review/{run}/approve", data={"text": DRAFT}, headers=OURS)

        assert NAME in page.text
        assert "Approve and send" not in page.text
        assert answer.status_code == 403
        assert (await draft(database))["state"] == "shown"

    async def test_acts_where_the_account_lets_links_act(self, browser: httpx.AsyncClient, database: Database) -> None:
        run = await shown(database, account="acme-auto")

        answer = await browser.post(f"/review/{run}/approve", data={"text": DRAFT}, headers=OURS)

        assert answer.status_code == 303
        row = await database.one("select by, groups from review")
        assert row is not None
        assert (row["by"], row["groups"]) == ("acme-auto:link", [])


async def test_only_the_group_that_is_asked_for_can_approve(browser: httpx.AsyncClient, database: Database) -> None:
    run = await shown(database)
    asked = json.dumps([{"group": "leads", "count": 1, "four_eyes": False}])
    await database.run(
        "update decision set explanation = jsonb_set(explanation, '{approvers}', %(asked)s::jsonb)", {"asked": asked}
    )

    page = Page((await browser.get(f"/review/{run}")).text)
    answer = await browser.post(f"/review/{run}/approve", data={"text": DRAFT}, headers=OURS)

    assert "Only leads can approve it" in page.text
    assert answer.status_code == 403
    assert (await draft(database))["state"] == "shown"


async def test_only_the_accounts_own_help_desk_may_frame_it(browser: httpx.AsyncClient, database: Database) -> None:
    run = await shown(database)

    framed = await browser.get(f"/review/{run}?aside=1")
    other = await browser.get("/runs")

    assert "frame-ancestors https://acme.desk.example" in framed.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in other.headers["content-security-policy"]


async def test_the_inbox_lists_what_waits_without_values_that_were_masked(
    browser: httpx.AsyncClient, database: Database
) -> None:
    run = await shown(database)
    held = await shown(database, ticket="4412")
    await database.run("update draft set deadline = now() - interval '1 hour' where run_id = %(r)s", {"r": held})

    page = Page((await browser.get("/")).text)

    assert [link for link in page.links if link.startswith("/review/")] == [f"/review/{held}", f"/review/{run}"]
    assert "1 overdue" in page.text
    assert CARD not in page.text
    assert (await browser.get("/?group=nobody")).text.count("/review/") == 0
