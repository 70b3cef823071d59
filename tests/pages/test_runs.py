"""The list of runs, and the story of one."""

from datetime import timedelta

import httpx
import pytest

from gateway.records import RunState
from gateway.store import events
from gateway.store.database import Database
from tests.pages.kept import CARD, NAME
from tests.pages.reading import Page
from tests.pages.rows import arrive, everything, walk
from tests.pages.steps import FAILED_CALL, Call, Plan


async def read(browser: httpx.AsyncClient, path: str) -> Page:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


async def test_every_kind_of_run_has_a_sound_page_without_scripts_or_inline_styles(
    browser: httpx.AsyncClient, database: Database
) -> None:
    made = await everything(database)

    for path in ["/runs", "/dead", "/tickets/acme/4411", *(f"/runs/{run_id}" for run_id in made.values())]:
        answer = await browser.get(path)
        page = Page(answer.text)
        assert answer.status_code == 200, path
        assert page.faults == [], path
        assert len(page.ids) == len(set(page.ids)), path
        assert "script" not in page.tags
        assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


async def test_what_was_masked_is_shown_as_a_placeholder_on_every_page(
    browser: httpx.AsyncClient, database: Database
) -> None:
    run_id = await walk(database)

    for path in ["/runs", f"/runs/{run_id}", "/tickets/acme/4411"]:
        answer = await browser.get(path)
        assert "PERSON_1" in answer.text
        for value in (NAME, "Marta", "Kowalska", CARD, "marta@example.com"):
            assert value not in answer.text, (path, value)


async def test_text_of_strangers_stays_text(browser: httpx.AsyncClient, database: Database) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7 * 7 }} \u202egnp.exe"
    run_id = await walk(
        database, Plan(ticket='4"><b>', subject=attack, question=attack, draft=attack, because=(attack,), reason=attack)
    )

    for path in ["/runs", f"/runs/{run_id}"]:
        page = await read(browser, path)
        assert {"script", "img", "b"}.isdisjoint(page.tags)
        assert page.faults == []
        assert "{{ 7 * 7 }}" in page.text


async def test_only_http_links_of_sources_can_be_followed(browser: httpx.AsyncClient, database: Database) -> None:
    page = await read(browser, f"/runs/{await walk(database)}")

    assert "https://help.example.com/returns" in page.links
    assert "https://desk.example.com/tickets/4411" in page.links
    assert not [link for link in page.links if link.startswith("javascript")]


async def test_citations_of_the_draft_lead_to_their_passages(browser: httpx.AsyncClient, database: Database) -> None:
    page = await read(browser, f"/runs/{await walk(database)}")

    assert {"#passage-1", "#passage-2"} <= set(page.links)
    assert {"passage-1", "passage-2"} <= set(page.ids)


async def test_unknown_cost_is_called_unknown(browser: httpx.AsyncClient, database: Database) -> None:
    page = await read(browser, f"/runs/{await walk(database, Plan(calls=[FAILED_CALL]))}")

    assert "Model cost not known" in page.text
    assert "0 USD" not in page.text.replace("129.00", "")


async def test_a_retried_call_is_shown_with_both_attempts(browser: httpx.AsyncClient, database: Database) -> None:
    page = await read(browser, f"/runs/{await walk(database, Plan(calls=[FAILED_CALL, Call()]))}")

    assert "2 calls to models, cost at least 0.0021 USD" in page.text
    assert "Too slow" in page.text
    assert "at most 0.0119 USD" in page.text


async def test_a_decision_names_the_rule_its_line_and_the_values_it_saw(
    browser: httpx.AsyncClient, database: Database
) -> None:
    page = await read(browser, f"/runs/{await walk(database)}")

    assert "approval/refunds.yaml:6" in page.text
    assert "draft.largest_amount > 100" in page.text
    assert "saw draft.largest_amount = 129" in page.text
    assert "1 rule that did not apply" in page.text


async def test_facts_about_the_person_are_left_out(browser: httpx.AsyncClient, database: Database) -> None:
    page = await read(browser, f"/runs/{await walk(database)}")

    assert "requester.organisation" not in page.text
    assert "draft.language" in page.text


async def test_a_failed_run_says_where_why_and_how_to_replay_it(browser: httpx.AsyncClient, database: Database) -> None:
    plan = Plan(upto="ground", state=RunState.FAILED, reason="the help desk says no")

    page = await read(browser, f"/runs/{await walk(database, plan)}")

    assert "This run failed after 1 try: the help desk says no" in page.text
    assert "A model proposes a reply It failed here" in page.text
    assert "/dead" in page.links


async def test_a_run_under_way_says_where_it_is(browser: httpx.AsyncClient, database: Database) -> None:
    run_id = await walk(database, Plan(upto="draft", calls=[Call(outcome=None)], state=None))

    page = await read(browser, f"/runs/{run_id}")

    assert "This run is still walking." in page.text
    assert "A model proposes a reply A worker is here now." in page.text
    assert "Under way" in page.text


async def test_a_run_between_two_tries_says_why_and_when_it_goes_on(
    browser: httpx.AsyncClient, database: Database
) -> None:
    run_id = await walk(database, Plan(upto="ground", state=None))
    await events.note_failure(database, run_id, "the help desk is busy")
    await events.try_later(database, run_id, 600)

    page = await read(browser, f"/runs/{run_id}")

    assert "A try failed (the help desk is busy). The next one comes in 10 min." in page.text


async def test_an_event_without_a_worker_has_a_page_already(browser: httpx.AsyncClient, database: Database) -> None:
    page = await read(browser, f"/runs/{await arrive(database, Plan())}")

    assert "No worker has begun it yet." in page.text


async def test_a_superseded_run_leads_to_the_one_that_goes_on(browser: httpx.AsyncClient, database: Database) -> None:
    old = await walk(database, Plan(upto="ground", state=RunState.SUPERSEDED, reason="a newer message takes over"))
    new = await walk(database)

    page = await read(browser, f"/runs/{old}")

    assert "The run ended here: a newer message takes over" in page.text
    assert f"/runs/{new}" in page.links


async def test_a_run_whose_content_was_erased_is_still_told(browser: httpx.AsyncClient, database: Database) -> None:
    run_id = await walk(database)
    await database.run("update content set body = null, erased_at = now()")

    page = await read(browser, f"/runs/{run_id}")

    assert "The question was erased" in page.text
    assert "The draft was erased" in page.text
    assert "3 messages, 1 unanswered" in page.text


STRANGE = [
    "null",
    "{}",
    "[]",
    '"text"',
    "7",
    '{"passages": 7, "findings": "none", "pii": [1], "because": {}, "injection": [], "messages": "x", "question": 5}',
    '{"passages": [null, 7, {"number": "one"}], "findings": [{}, null], "topics": {"refund": "high"}, "thread": [1]}',
    '{"injection": {"score": "high", "signals": ["a"]}, "vault": {"entries": [[1], "x", null]}, "cited": ["x"]}',
]


@pytest.mark.parametrize("kept", STRANGE)
async def test_rows_of_other_shapes_are_told_without_an_error(
    browser: httpx.AsyncClient, database: Database, kept: str
) -> None:
    run_id = await walk(database)
    await database.run("update step set data = %(kept)s::jsonb", {"kept": kept})
    await database.run("update content set body = %(kept)s::jsonb", {"kept": kept})
    await database.run("update decision set explanation = %(kept)s::jsonb", {"kept": kept})
    await database.run("update run set step_ms = null")

    for path in (f"/runs/{run_id}", "/tickets/acme/4411", "/runs"):
        assert (await read(browser, path)).faults == []


async def test_the_list_can_be_narrowed_by_its_address(browser: httpx.AsyncClient, database: Database) -> None:
    made = await everything(database)

    page = await read(browser, "/runs?state=failed&account=acme")

    assert [link for link in page.links if link.startswith("/runs/")] == [f"/runs/{made['failed']}"]


async def test_runs_with_nothing_to_do_are_shown_when_asked_for(browser: httpx.AsyncClient, database: Database) -> None:
    idle = f"/runs/{await walk(database, Plan(upto='context', state=RunState.NOTHING, reason='own note'))}"

    assert idle not in (await read(browser, "/runs")).links
    assert idle in (await read(browser, "/runs?state=all")).links
    assert idle in (await read(browser, "/runs?state=nothing")).links


async def test_a_filter_that_finds_nothing_says_so(browser: httpx.AsyncClient, database: Database) -> None:
    await walk(database)

    page = await read(browser, "/runs?verdict=%22%3E%3Cscript%3E&account=none")

    assert "No run fits these filters." in page.text


async def test_an_old_list_leads_on_to_older_ones_and_keeps_its_filters(
    browser: httpx.AsyncClient, database: Database
) -> None:
    for _ in range(52):
        await arrive(database, Plan(), timedelta(minutes=1))

    first = await read(browser, "/runs?account=acme")
    older = next(link for link in first.links if "before=" in link)
    second = await read(browser, older)

    assert older.startswith("/runs?account=acme&before=")
    assert len([link for link in second.links if link.startswith("/runs/")]) == 2
    assert "/runs?account=acme" in second.links


@pytest.mark.parametrize("path", ["/runs/999", "/tickets/acme/none", "/nothing/here", "/static/../style.css"])
async def test_what_does_not_exist_is_said_on_a_small_page(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Not found" in answer.text


@pytest.mark.parametrize(
    "path", ["/runs/one", "/runs/99999999999999999999", "/runs?account=%00", "/tickets/acme/%00", "/runs?before=0"]
)
async def test_an_address_that_cannot_be_is_refused_in_words(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)

    assert answer.status_code == 422
    assert "The request is not valid" in answer.text


async def test_the_style_sheet_comes_from_here_and_can_be_kept(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/static/style.css")

    assert answer.headers["content-type"].startswith("text/css")
    assert "max-age" in answer.headers["cache-control"]
    assert "url(" not in answer.text


async def test_models_that_were_skipped_are_told_beside_the_draft(
    browser: httpx.AsyncClient, database: Database
) -> None:
    run_id = await walk(database)
    await database.run(
        """update step set data = data || '{"skipped": ["openai/gpt-5-mini: circuit_open"]}'
           where run_id = %(run)s and name = 'draft'""",
        {"run": run_id},
    )

    answer = await browser.get(f"/runs/{run_id}")

    assert "skipped: openai/gpt-5-mini: circuit open" in answer.text
