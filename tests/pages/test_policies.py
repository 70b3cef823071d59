"""The page of policies: what is in force, what it did, what changed."""

import re

import httpx
import pytest

from gateway.store import policies as kept
from gateway.store.database import Database
from tests.pages.policy_rows import FILES, REFUND_FACTS, ROUTINE_FACTS, decide, publish
from tests.pages.reading import Page

STRICTER = {**FILES, "approval/refunds.yaml": FILES["approval/refunds.yaml"].replace("> 100", "> 50")}


async def read(browser: httpx.AsyncClient, path: str) -> Page:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


async def test_every_page_is_sound_and_has_neither_scripts_nor_inline_styles(
    browser: httpx.AsyncClient, database: Database
) -> None:
    first, second = await publish(database), await publish(database, STRICTER)
    await decide(database, REFUND_FACTS)
    await kept.refuse_edit(database, ["approval/refunds.yaml:9:3: what is this?"])

    paths = [f"/policies/sets/{first}", f"/policies/diff?a={first}&b={second}", "/policies/try?file=topics/refund.yaml"]
    for path in ["/policies", *paths]:
        answer = await browser.get(path)
        page = Page(answer.text)
        assert answer.status_code == 200, answer.text
        assert page.faults == [], path
        assert len(page.ids) == len(set(page.ids)), path
        assert "script" not in page.tags
        assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_before_the_first_publication_the_page_says_so(browser: httpx.AsyncClient) -> None:
    assert "No set of policies has been published yet" in (await read(browser, "/policies")).text
    assert "nothing to compare an edit with" in (await read(browser, "/policies/try")).text


async def test_it_tells_what_is_in_force_since_when_and_by_whom(browser: httpx.AsyncClient, database: Database) -> None:
    version = await publish(database, by="ana@example.com")

    page = await read(browser, "/policies")

    assert f"In force since just now Version {version[:12]} Published by ana@example.com" in page.text
    assert "Rules 3 enforced, 1 observed" in page.text


async def test_a_refused_edit_is_told_with_its_lines_and_what_stays(
    browser: httpx.AsyncClient, database: Database
) -> None:
    await publish(database)
    await kept.refuse_edit(database, ["approval/refunds.yaml:12:9: there is no fact draft.largst_amount"])

    text = (await read(browser, "/policies")).text

    assert "The last edit was refused just now." in text
    assert re.search(r"The set of \d{4}-\d\d-\d\d \d\d:\d\d UTC stays in force", text)
    assert "approval/refunds.yaml:12:9: there is no fact" in text
    assert text.index("was refused") < text.index("In force since")


async def test_a_file_tells_its_owner_why_and_each_rule_in_words(
    browser: httpx.AsyncClient, database: Database
) -> None:
    await publish(database)

    text = (await read(browser, "/policies")).text

    assert "A person looks at refunds" in text
    assert "Billing Support, billing-leads@example.com" in text
    assert "A refund that was promised has to be paid." in text
    assert 'large-refund Enforce approval/refunds.yaml:7 All of "refund" in screen.topics' in text
    assert "A person reviews the draft. Approved by 2 different people of billing-leads;" in text
    assert "Escalates: to billing, high priority, within 4h." in text
    assert "When that time has passed: head-of-support told." in text
    assert "any-amount Observe approval/refunds.yaml:16 draft.largest_amount > 10 The draft is withheld." in text
    assert "Models: cheap, then strong." in text


async def test_text_of_files_stays_text(browser: httpx.AsyncClient, database: Database) -> None:
    await publish(database, by="<script>alert(1)</script>", reason="<img src=x>")

    page = await read(browser, "/policies")

    assert {"script", "img", "b"}.isdisjoint(page.tags)
    assert "<b>Refunds</b> above 100" in page.text


async def test_a_rule_tells_its_hits_what_was_decided_and_how_sure_its_acceptance_is(
    browser: httpx.AsyncClient, database: Database
) -> None:
    await publish(database)
    for outcome in ("sent_as_is", "light_edit", "rewritten", None):
        await decide(database, ROUTINE_FACTS, outcome=outcome)

    text = (await read(browser, "/policies")).text

    assert "Hits 4 Those runs review 4 Accepted 2 of 3 few: 21 to 94 % Last hit" in text


async def test_a_rate_from_many_drafts_is_told_as_a_rate(browser: httpx.AsyncClient, database: Database) -> None:
    await publish(database)
    for number in range(30):
        await decide(database, ROUTINE_FACTS, outcome="sent_as_is" if number else "not_used")

    assert "Accepted 97 % of 30 drafts" in (await read(browser, "/policies")).text


async def test_an_observed_rule_tells_how_often_it_would_have_changed_the_outcome(
    browser: httpx.AsyncClient, database: Database
) -> None:
    await publish(database)
    await decide(database, REFUND_FACTS)
    await decide(database, ROUTINE_FACTS)

    assert "Observed 1 of 2 runs Would change 1 50 % of all Last seen" in (await read(browser, "/policies")).text


async def test_what_never_held_is_told_as_such_in_every_folder(browser: httpx.AsyncClient, database: Database) -> None:
    await publish(database)

    text = (await read(browser, "/policies")).text

    assert "Hits 0 in 30 days" in text
    assert "Hits 0 in 30 days" in text[text.index("cheap-first Enforce") :]


async def test_the_explanation_of_a_run_leads_to_the_line_in_the_set_that_decided(
    browser: httpx.AsyncClient, database: Database
) -> None:
    version = await publish(database)
    run_id = await decide(database, REFUND_FACTS)
    await publish(database, STRICTER)

    links = (await read(browser, f"/runs/{run_id}")).links

    [leaf] = [link for link in links if link.endswith("#approval/refunds.yaml-L11")]
    path, _, fragment = leaf.partition("#")
    assert path == f"/policies/sets/{version}"
    page = await read(browser, path)
    assert fragment in page.ids
    assert "Another set is in force." in page.text


async def test_the_history_leads_to_what_each_publication_changed(
    browser: httpx.AsyncClient, database: Database
) -> None:
    first, second = await publish(database), await publish(database, STRICTER, reason="smaller refunds too")

    page = await read(browser, "/policies")
    changed = await read(browser, f"/policies/diff?a={first}&b={second}")

    assert "Smaller refunds too" in page.text
    assert f"/policies/diff?a={first}&b={second}" in page.links
    assert "Changed approval/refunds/large-refund approval/refunds.yaml:7" in changed.text
    assert "draft.largest_amount > 100" in changed.text
    assert "draft.largest_amount > 50" in changed.text
    assert f"/policies/sets/{second}#approval/refunds.yaml-L7" in changed.links


async def test_sets_that_decide_alike_have_no_difference(browser: httpx.AsyncClient, database: Database) -> None:
    first = await publish(database)
    second = await publish(database, {**FILES, "topics/refund.yaml": "# better\n" + FILES["topics/refund.yaml"]})

    assert "No rule, policy or topic differs" in (await read(browser, f"/policies/diff?a={first}&b={second}")).text


async def test_a_version_can_be_named_by_its_beginning(browser: httpx.AsyncClient, database: Database) -> None:
    version = await publish(database)

    assert version in (await read(browser, f"/policies/sets/{version[:12]}")).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/policies/sets/abcdef123456", 404),
        ("/policies/sets/abc", 422),
        ("/policies/sets/xyzxyzxyz", 422),
        ("/policies/diff?a=abcdef&b=fedcba", 404),
        ("/policies/diff?a=abcdef", 422),
        ("/policies/try?file=%00", 422),
    ],
)
async def test_an_address_that_leads_nowhere_is_refused_in_words(
    browser: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await browser.get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_set_that_cannot_be_read_any_more_still_shows_its_text(
    browser: httpx.AsyncClient, database: Database
) -> None:
    good = await publish(database)
    broken = {**FILES, "approval/routine.yaml": FILES["approval/routine.yaml"].replace("grounding", "gruonding")}
    await kept.publish(database, "ab" * 32, broken, by="Ana")

    page = await read(browser, "/policies")
    changed = await read(browser, f"/policies/diff?a={good}&b={'ab' * 32}")

    assert "The published set cannot be read by this process" in page.text
    assert "approval/routine.yaml-L8" in page.ids
    assert "they cannot be compared" in changed.text
    assert "approval/routine.yaml:8" in changed.text
