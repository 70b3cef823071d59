"""Trying an edit of the policies on its page."""

from datetime import timedelta

import httpx
import pytest

from gateway.pages.policies.replaying import replay_newest
from gateway.policy import load
from gateway.store import policies as kept
from gateway.store.database import Database
from tests.pages.policy_rows import FILES, REFUND_FACTS, ROUTINE, ROUTINE_FACTS, decide, publish
from tests.pages.reading import Page

FROM_OUR_PAGE = {"sec-fetch-site": "same-origin", "origin": "http://localhost"}
BOLDER = ROUTINE.replace("reply: review", "reply: send")
WRONG = ROUTINE.replace("knowledge.grounding", "knowledge.gruonding")


async def post(
    browser: httpx.AsyncClient, path: str = "", text: str = "", uploads: tuple[tuple[str, str], ...] = ()
) -> httpx.Response:
    """The form as a browser sends it: multipart, also where no file was chosen."""
    files = [("files", (name, content.encode(), "application/yaml")) for name, content in uploads]
    fields = [("path", (None, path.encode())), ("text", (None, text.replace("\n", "\r\n").encode()))]
    return await browser.post("/policies/try", files=[*fields, *files], headers=FROM_OUR_PAGE)


async def test_the_form_begins_with_the_text_in_force(browser: httpx.AsyncClient, database: Database) -> None:
    await publish(database)

    answer = await browser.get("/policies/try?file=approval/routine.yaml")

    assert 'value="approval/routine.yaml"' in answer.text
    assert "knowledge.grounding &gt;= 0.7" in answer.text


async def test_an_edit_is_answered_with_what_it_would_have_done(browser: httpx.AsyncClient, database: Database) -> None:
    await publish(database)
    runs = [await decide(database, ROUTINE_FACTS) for _ in range(3)]
    await decide(database, REFUND_FACTS)

    answer = await post(browser, "approval/routine.yaml", BOLDER)
    page = Page(answer.text)

    assert answer.status_code == 200
    assert page.faults == []
    assert "3 of 4 runs would have come to another verdict" in page.text
    assert "review → send: 3 75.0 % of all runs" in page.text
    assert "Their drafts cost 0.0064 USD" in page.text
    assert {f"/runs/{run_id}#decide" for run_id in runs} <= set(page.links)
    assert "Escalated before 1 Escalated after 1 no change" in page.text
    assert "Only 4 runs" in page.text
    assert "Changed approval/routine/grounded" in page.text
    assert "0 of 1 tests beside the files pass" in page.text
    assert "verdict: expected review, got send" in page.text


async def test_trying_publishes_nothing(browser: httpx.AsyncClient, database: Database) -> None:
    version = await publish(database)

    await post(browser, "approval/routine.yaml", BOLDER)

    assert [entry.version for entry in await kept.publications(database)] == [version]
    assert await kept.versions(database, load({**FILES, "approval/routine.yaml": BOLDER}).version) == []


async def test_what_help_desks_lowered_is_no_change_of_the_edit(browser: httpx.AsyncClient, database: Database) -> None:
    bold = {**FILES, "approval/routine.yaml": BOLDER}
    await publish(database, bold)
    run_id = await decide(database, ROUTINE_FACTS, policies=load(bold))
    await database.run("update decision set verdict = 'review' where run_id = %(run)s", {"run": run_id})

    text = Page((await post(browser, "approval/routine.yaml", BOLDER + "# the same\n")).text).text

    assert "No verdict of 1 run changes" in text
    assert "No rule, policy or topic differs from" in text


async def test_an_edit_with_mistakes_is_shown_with_each_at_its_line(
    browser: httpx.AsyncClient, database: Database
) -> None:
    await publish(database)
    await decide(database, ROUTINE_FACTS)

    answer = await post(browser, "approval/routine.yaml", WRONG + "<script>\n")
    page = Page(answer.text)

    assert answer.status_code == 422
    assert page.faults == []
    assert "script" not in page.tags
    assert "#approval/routine.yaml-L8" in page.links
    assert 'when: knowledge.gruonding >= 0.7 unknown fact "knowledge.gruonding"' in page.text
    assert "would have come" not in page.text
    assert "knowledge.gruonding" in answer.text[answer.text.index("<textarea") :], "what was typed is kept"


async def test_a_mistake_in_a_file_that_was_not_edited_is_told_too(
    browser: httpx.AsyncClient, database: Database
) -> None:
    await publish(database)

    page = Page((await post(browser, "approval/routine.yaml")).text)

    assert 'approval/routine.test.yaml:1:1 this tests "approval/routine.yaml", which does not exist' in page.text


async def test_an_uploaded_file_finds_its_place_by_its_name(browser: httpx.AsyncClient, database: Database) -> None:
    await publish(database)
    await decide(database, ROUTINE_FACTS)

    answer = await post(browser, uploads=(("routine.yaml", BOLDER), ("policies/models/new.yaml", "nothing\n")))

    assert "models/new.yaml:1" in Page(answer.text).text
    assert "review → send: 1" in Page((await post(browser, uploads=(("routine.yaml", BOLDER),))).text).text


async def test_an_uploaded_file_whose_place_is_not_clear_asks_for_it(
    browser: httpx.AsyncClient, database: Database
) -> None:
    await publish(
        database,
        {**FILES, "escalation/routine.yaml": BOLDER.replace("reply: send", "reply: withhold").replace("0.7", "0.9")},
    )

    unclear = Page((await post(browser, uploads=(("routine.yaml", BOLDER), ("other.yaml", "x")))).text).text
    alone = Page((await post(browser, "approval/routine.yaml", uploads=(("routine.yaml", BOLDER),))).text).text

    assert "it could be approval/routine.yaml and escalation/routine.yaml" in unclear
    assert "no file in force has this name" in unclear
    assert "Changed approval/routine/grounded" in alone


async def test_an_empty_text_takes_the_file_out(browser: httpx.AsyncClient, database: Database) -> None:
    await publish(database)

    page = Page((await post(browser, "models/routes.yaml")).text)

    assert "Removed models/routes/cheap-first" in page.text


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("", "", "there is nothing to try"),
        ("", "version: 1", "say in the field Path which file this is"),
        ("approval/none.yaml", "", "there is no such file to take out"),
        ("approval/x.txt", "version: 1", "a policy file is named as in approval/refunds.yaml"),
        ("prompts/x.yaml", "version: 1", "a policy file is named as in approval/refunds.yaml"),
        ("aproval/x.yaml", "version: 1", 'Did you mean "approval"?'),
        ("approval/" + "x" * 300 + ".yaml", "version: 1", "a path has at most 200 letters"),
        ("approval/\x00.yaml", "version: 1", "A gateway would refuse this edit"),
        ("approval/x.yaml", "a: &a [x]\n" * 30_000, "larger than 256 kB"),
    ],
)
async def test_what_cannot_be_tried_says_what_to_do(
    browser: httpx.AsyncClient, database: Database, path: str, text: str, told: str
) -> None:
    await publish(database)

    answer = await post(browser, path, text)

    assert answer.status_code == 422
    assert told in Page(answer.text).text


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
async def test_a_form_of_another_site_is_not_read(browser: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await browser.post("/policies/try", data={"path": "a"}, headers=headers)).status_code == 403


async def test_a_form_without_bounds_is_not_read(browser: httpx.AsyncClient, database: Database) -> None:
    await publish(database)
    kind = {"content-type": "multipart/form-data; boundary=x"} | FROM_OUR_PAGE

    large = await browser.post("/policies/try", headers={**kind, "content-length": str(10**9)}, content=b"")
    several = await post(browser, uploads=tuple((f"{number}.yaml", "x") for number in range(150)))

    assert large.status_code == 413
    assert "Upload only the files that you changed" in large.text
    assert several.status_code == 400


async def test_runs_whose_facts_were_erased_are_left_out_and_counted(
    browser: httpx.AsyncClient, database: Database
) -> None:
    await publish(database)
    for _ in range(2):
        run_id = await decide(database, ROUTINE_FACTS)
    await database.run(
        "update content set body = null where id = (select facts_id from decision where run_id = %(run)s)",
        {"run": run_id},
    )

    text = Page((await post(browser, "approval/routine.yaml", BOLDER)).text).text

    assert "1 of 1 runs would have come" in text
    assert "1 were left out because their facts were erased" in text


async def test_of_too_many_runs_the_newest_are_replayed_and_the_rest_counted(database: Database) -> None:
    await publish(database)
    runs = [await decide(database, ROUTINE_FACTS, timedelta(days=day)) for day in range(12, 0, -1)]
    in_force = await kept.published(database)
    assert in_force

    found = await replay_newest(database, load({**FILES, "approval/routine.yaml": BOLDER}), in_force, most=5)

    assert found.found
    assert found.found.changed[0].examples == [str(run_id) for run_id in runs[-5:]]
    assert (found.older, found.earlier, found.erased) == (7, 5, 0)
