"""Publications, the watched folder, and what was decided, in a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from gateway.policy import load
from gateway.store import policies as rows
from gateway.store.database import Database
from tests.policy.sets import policy
from tests.policy_sets.past import GROUNDED, REVIEW, decided, erase, files

A, B = {"approval/a.yaml": "a\n"}, {"approval/b.yaml": "b\n"}
DAY_AGO = datetime.now(UTC) - timedelta(days=1)


async def versions(database: Database) -> list[str]:
    return [one.version for one in await rows.publications(database)]


async def test_nothing_is_published_at_first(database: Database) -> None:
    assert await rows.published(database) is None
    assert await rows.newest(database) is None
    assert await rows.publications(database) == []


async def test_the_newest_publication_is_in_force_with_its_files_and_its_reason(database: Database) -> None:
    await rows.publish(database, "aa11", A, by="Ada", reason="first")
    await rows.publish(database, "bb22", B, by="Ben", reason="second")

    found = await rows.published(database)

    assert found is not None
    assert (found.version, found.by, found.reason, found.files) == ("bb22", "Ben", "second", B)
    assert await versions(database) == ["bb22", "aa11"]
    assert [one.files for one in await rows.publications(database, 1)] == [{}]


async def test_what_is_in_force_is_not_published_twice_but_an_older_set_is_published_again(database: Database) -> None:
    for version in ("aa11", "aa11", "bb22", "aa11"):
        await rows.publish(database, version, A, by="Ada", reason=None)

    assert await versions(database) == ["aa11", "bb22", "aa11"]


async def test_ten_processes_that_publish_the_same_at_once_make_one_publication(database: Database) -> None:
    await asyncio.gather(*(rows.publish(database, "aa11", A, by=str(n), reason=None) for n in range(10)))

    assert await versions(database) == ["aa11"]


async def test_a_set_is_found_by_the_beginning_of_its_version(database: Database) -> None:
    for version in ("aa11", "aa22", "b%33"):
        await rows.keep_set(database, version, A)

    assert await rows.versions(database, "aa") == ["aa11", "aa22"]
    assert await rows.versions(database, "%") == []
    assert await rows.set_files(database, "aa11") == A
    assert await rows.set_files(database, "cc") is None


async def test_a_set_that_was_rolled_back_stays_until_the_folder_changes(database: Database) -> None:
    await rows.publish_edit(database, "aa11", A, by="watch", reason="edited")
    await rows.publish_edit(database, "bb22", B, by="watch", reason="edited")
    await rows.publish(database, "aa11", A, by="Ada", reason="rolled back")

    await rows.publish_edit(database, "bb22", B, by="watch", reason="a worker started again")
    assert (await versions(database))[0] == "aa11"

    await rows.publish_edit(database, "cc33", B, by="watch", reason="edited")
    assert (await versions(database))[0] == "cc33"


async def test_a_refused_edit_is_kept_with_its_time_until_the_folder_is_in_order(database: Database) -> None:
    await rows.refuse_edit(database, ["approval/a.yaml:1:1: no"])
    first = await rows.refused_edit(database)
    await rows.refuse_edit(database, ["approval/a.yaml:1:1: no"])
    again = await rows.refused_edit(database)
    await rows.publish_edit(database, "aa11", A, by="watch", reason="edited")

    assert first is not None
    assert first.problems == ("approval/a.yaml:1:1: no",)
    assert again == first
    assert await rows.refused_edit(database) is None


async def test_a_refused_edit_publishes_nothing_and_does_not_hide_the_next_good_one(database: Database) -> None:
    await rows.publish_edit(database, "aa11", A, by="watch", reason="edited")
    await rows.refuse_edit(database, ["approval/a.yaml:1:1: no"])
    assert await versions(database) == ["aa11"]

    await rows.publish_edit(database, "bb22", B, by="watch", reason="edited")
    assert await versions(database) == ["bb22", "aa11"]


async def test_each_rule_has_its_hits_verdicts_and_what_people_made_of_them(database: Database) -> None:
    grounded = load(files(GROUNDED))
    for outcome, draft in (("sent_as_is", None), ("light_edit", "closed"), ("rewritten", "closed"), (None, "rejected")):
        await decided(database, grounded, outcome=outcome, draft=draft, knowledge__grounding=0.5)
    await decided(database, grounded, draft="sent", knowledge__grounding=0.9)
    await decided(database, grounded, draft="shown", knowledge__grounding=0.5)

    sure, look = sorted(await rows.rule_hits(database, DAY_AGO), key=lambda one: one.hits)

    assert (look.rule, look.hits, look.reviewed, look.sent, look.withheld) == ("first/look", 5, 5, 0, 0)
    assert (look.accepted, look.rejected) == (2, 2)
    assert (sure.rule, sure.hits, sure.sent, sure.accepted, sure.rejected) == ("first/sure", 1, 1, 0, 0)
    assert await rows.decisions(database, DAY_AGO) == 6
    assert await rows.rule_hits(database, datetime.now(UTC) + timedelta(hours=1)) == []


async def test_an_observed_rule_counts_what_it_would_have_changed(database: Database) -> None:
    observing = load(
        files(
            policy(
                """
                - rule: look
                  when: always
                  then: {reply: review}
                - rule: try
                  mode: observe
                  when: ticket.language == "de"
                  then: {reply: withhold}
                - rule: same
                  mode: observe
                  when: ticket.language == "fr"
                  then: {reply: review}
                """
            )
        )
    )
    for language in ("de", "de", "fr", "en"):
        await decided(database, observing, ticket__language=language)

    found = {one.rule: one for one in await rows.rule_hits(database, DAY_AGO)}

    assert (found["first/try"].hits, found["first/try"].observed_hits, found["first/try"].observed_changes) == (0, 2, 2)
    assert (found["first/same"].observed_hits, found["first/same"].observed_changes) == (1, 0)
    assert found["first/try"].reviewed == 0
    assert found["first/look"].hits == 4


async def test_recorded_runs_come_oldest_first_with_facts_unless_they_were_erased(database: Database) -> None:
    first = await decided(database, ticket__language="de", draft__largest_amount=Decimal("129.10"))
    gone = await decided(database)
    other = await decided(database, account="other")
    await erase(database, gone)

    found = [run async for run in rows.recorded(database, DAY_AGO)]

    assert [run.run_id for run in found] == [first, gone, other]
    assert found[0].facts is not None
    assert found[0].facts["ticket.language"] == "de"
    assert found[0].explanation["matched"] == ["first/look"]
    assert "tried" not in found[0].explanation
    assert found[1].facts is None
    assert [run.run_id async for run in rows.recorded(database, DAY_AGO, "other")] == [other]
    assert [run async for run in rows.recorded(database, datetime.now(UTC) + timedelta(hours=1))] == []


async def test_more_runs_than_one_batch_are_all_read_once(database: Database) -> None:
    review = load(files(REVIEW))
    first = await decided(database, review)
    await database.run(
        """with copied as (
             insert into event (account, event_id, kind, ticket_id, received_at, supersedes)
             select 'acme', 'copy' || n, 'message_added', '7', now(), true from generate_series(1, 1100) as n
             returning id
           ), runs as (
             insert into run (id, account, ticket_id, state, started_at, unpriced_attempts)
             select id, 'acme', '7', 'done', now(), 0 from copied returning id
           )
           insert into decision (run_id, at, verdict, policy_version, explanation, facts_id)
           select runs.id, now(), d.verdict, d.policy_version, d.explanation, d.facts_id
           from runs, decision d where d.run_id = %(first)s""",
        {"first": first},
    )

    found = [run.run_id async for run in rows.recorded(database, DAY_AGO)]

    assert len(found) == len(set(found)) == 1101
    assert found == sorted(found)
