"""What reports count of drafts and approvals."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.records import DraftState
from gateway.store import outcomes
from gateway.store.database import Database
from gateway.store.outcomes import Found
from gateway.store.reports import By, OutcomeLine, outcomes_by, risks, shadow_by
from gateway.store.reports.calibration import CalibrationLine, Part, calibration
from gateway.store.reviews import Word, held_draft
from tests.pages.rows import walk
from tests.pages.steps import Call, Plan

LATELY = datetime.now(UTC) - timedelta(days=1)
WEEK = timedelta(days=7)


async def became(
    database: Database,
    kind: str | None = None,
    *,
    sent_by: str = "agent",
    groups: Sequence[str] = ("care",),
    state: DraftState = DraftState.SHOWN,
    plan: dict[str, Any] | None = None,
    **more: Any,
) -> int:
    """A draft, and what became of it."""
    before = await database.one("select count(*) as drafts from draft")
    assert before
    run = await walk(database, Plan(ticket=f"t{before['drafts']}", draft_state=state, **(plan or {})))
    if kind is not None:
        found = Found(kind, 0.9, 0.8, "m", sent_by, groups, watched=WEEK, **more)
        await outcomes.keep(database, run, found)
    return run


async def says(database: Database, run: int, act: str, by: str, groups: Sequence[str], **more: Any) -> None:
    async with held_draft(database, run) as draft:
        assert draft is not None
        await draft.keep(Word(act, by, groups, "page", **more))


async def only(database: Database, by: By = By.ACCOUNT, **more: Any) -> OutcomeLine:
    (line,) = await outcomes_by(database, by, since=LATELY, **more)
    return line


async def test_every_draft_is_counted_once_by_what_became_of_it(database: Database) -> None:
    for kind in ("sent_as_is", "sent_as_is", "light_edit", "rewritten", "not_used"):
        await became(database, kind)
    await became(database, state=DraftState.REJECTED)
    await became(database, state=DraftState.EXPIRED)
    await became(database, state=DraftState.SUPERSEDED)
    await became(database)
    await became(database, plan={"verdict": "withhold"})
    await became(database, "sent_as_is", sent_by="policy", state=DraftState.SENT, plan={"verdict": "send"})

    line = await only(database)

    assert (line.drafts, line.by_policy, line.withheld, line.waiting) == (11, 1, 1, 1)
    assert (line.as_is, line.light_edits, line.rewritten, line.not_used) == (2, 1, 1, 1)
    assert (line.rejected, line.expired, line.used, line.judged) == (1, 1, 4, 7)
    assert (line.acceptance.hits, line.acceptance.of) == (3, 7)
    assert (line.edits.hits, line.edits.of) == (2, 4)
    assert (line.rejections.hits, line.rejections.of) == (1, 7)


async def test_a_rejected_draft_stays_rejected_whatever_the_agent_wrote_then(database: Database) -> None:
    await became(database, "light_edit", state=DraftState.REJECTED)

    line = await only(database)

    assert (line.rejected, line.acceptance.hits) == (1, 0)


async def test_an_expired_draft_that_was_used_after_all_was_accepted(database: Database) -> None:
    await became(database, "sent_as_is", state=DraftState.EXPIRED)

    assert (await only(database)).acceptance.hits == 1


async def test_what_was_erased_before_it_was_compared_counts_neither_way(database: Database) -> None:
    run = await became(database)
    await outcomes.keep(database, run, Found("not_used", message_id="m", sent_by="agent"))

    line = await only(database)

    assert (line.drafts, line.judged, line.not_used) == (1, 0, 0)


@pytest.mark.parametrize(
    ("by", "names"),
    [
        (By.ACCOUNT, ["acme"]),
        (By.RULE, ["refunds/large-refund"]),
        (By.MODEL, ["gpt-5-mini"]),
        (By.PROMPT, ["draft-reply 9f2c9f2c"]),
        (By.TOPIC, ["damage", "refund"]),
        (By.AGENT_GROUP, ["care", "leads"]),
    ],
)
async def test_drafts_are_grouped_by_what_is_asked_for(database: Database, by: By, names: list[str]) -> None:
    await became(database, "light_edit", groups=["leads", "care"])

    assert [line.name for line in await outcomes_by(database, by, since=LATELY)] == names


async def test_a_draft_without_a_group_is_in_none_and_is_told_last(database: Database) -> None:
    await became(database, "light_edit", groups=[])
    await became(database, "light_edit", groups=["care"])

    assert [line.name for line in await outcomes_by(database, By.AGENT_GROUP, since=LATELY)] == ["care", None]


async def test_an_approval_counts_for_the_reviewers_team(database: Database) -> None:
    run = await became(database)
    await says(database, run, "approve", "lea", ["leads"], reading_ms=5_000)
    await outcomes.keep(database, run, Found("sent_as_is", 1.0, 1.0, "m", "approval", ["care"]))

    assert (await only(database, By.AGENT_GROUP)).name == "leads"


async def test_reading_is_measured_where_it_was_and_estimated_beside_it(database: Database) -> None:
    for measured in (4_000, 6_000):
        run = await became(database, "sent_as_is", sent_by="approval", estimated_ms=1)
        await says(database, run, "approve", "lea", ["leads"], reading_ms=measured)
    await became(database, "sent_as_is", estimated_ms=15_000)

    line = await only(database)

    assert (line.measured_ms, line.estimated_ms) == (5_000, 15_000)


async def test_reopened_is_counted_when_the_time_for_it_is_over(database: Database) -> None:
    runs = [await became(database, "sent_as_is") for _ in range(3)]
    await became(database, "not_used")
    await outcomes.follow(database, runs[0], reopened_at=datetime.now(UTC), answered_again_at=None)
    await outcomes.follow(database, runs[1], reopened_at=datetime.now(UTC), answered_again_at=None)
    assert (await only(database)).reopens.of == 0

    await database.run("update outcome set watched_until = now() where run_id <> %(run)s", {"run": runs[1]})

    assert ((await only(database)).reopens.hits, (await only(database)).reopens.of) == (1, 2)


async def test_older_drafts_and_other_accounts_are_left_out(database: Database) -> None:
    await became(database, "sent_as_is")
    await became(database, "sent_as_is", plan={"account": "other"})
    old = await became(database, "sent_as_is")
    await database.run("update draft set created_at = now() - interval '2 days' where run_id = %(r)s", {"r": old})

    assert (await only(database, account="acme")).drafts == 1
    assert [line.name for line in await outcomes_by(database, By.ACCOUNT, since=LATELY)] == ["acme", "other"]


class TestShadow:
    async def test_what_would_have_happened_is_told_with_its_cost(self, database: Database) -> None:
        call = Call(cost=Decimal("0.01"))
        await became(database, "sent_as_is", plan={"verdict": "send", "calls": [call]})
        await became(database, "not_used", plan={"verdict": "send", "calls": [call]})
        await became(database, "light_edit", plan={"calls": [call]})
        await became(database, plan={"verdict": "withhold", "calls": [call]})
        await database.run("update draft set shadow = true")
        await became(database)

        (line,) = await shadow_by(database, By.ACCOUNT, since=LATELY)

        assert (line.drafts, line.send, line.review, line.withhold, line.escalate) == (4, 2, 1, 1, 4)
        assert (line.closeness.hits, line.closeness.of) == (2, 3)
        assert (line.closeness_of_sent.hits, line.closeness_of_sent.of) == (1, 2)
        assert line.median_similarity == pytest.approx(0.9)
        assert str(line.cost) == "0.0400 USD"
        assert (await only(database)).drafts == 1

    async def test_an_unknown_price_is_not_zero(self, database: Database) -> None:
        await became(database, plan={"calls": [Call(cost=None)]})
        await database.run("update draft set shadow = true")
        await database.run("update attempt set price_state = 'unpriced'")

        (line,) = await shadow_by(database, By.ACCOUNT, since=LATELY)

        assert str(line.cost) == "not known"


class TestRisks:
    async def test_an_approval_that_is_faster_than_reading_is_counted(self, database: Database) -> None:
        run = await became(database)
        for name, ms in (("ann", 1_000), ("bob", 60_000), ("cat", None)):
            await says(database, run, "approve", name, ["care"], reading_ms=ms, detail={"words": 120})

        (line,) = await risks(database, since=LATELY)

        assert (line.name, line.approvals, line.people) == ("care", 3, 3)
        assert (line.too_fast.hits, line.too_fast.of) == (1, 2)

    async def test_how_fast_people_read_is_declared_by_account(self, database: Database) -> None:
        run = await became(database)
        await says(database, run, "approve", "ann", ["care"], reading_ms=20_000, detail={"words": 120})

        assert [line.fast for line in await risks(database, since=LATELY)] == [1]
        assert [line.fast for line in await risks(database, since=LATELY, speeds={"acme": 400})] == [0]

    async def test_ten_in_a_row_without_an_opened_source_are_a_long_run_of_the_team(self, database: Database) -> None:
        run = await became(database)
        for opened in [0] * 10 + [1] + [0] * 9:
            await says(database, run, "approve", "ann", ["care"], sources_opened=opened)
            await says(database, run, "approve", "bob", ["care"], sources_opened=1)

        (line,) = await risks(database, since=LATELY)

        assert line.long_runs == 1
        assert (line.without_sources.hits, line.without_sources.of) == (19, 40)

    async def test_a_draft_without_sources_has_none_to_open(self, database: Database) -> None:
        run = await became(database)
        await database.run("""update step set data = data || '{"cited": []}' where name = 'draft'""")
        await says(database, run, "approve", "ann", ["care"], sources_opened=0)

        (line,) = await risks(database, since=LATELY)

        assert (line.sourced, line.unopened) == (0, 0)

    async def test_nothing_is_told_of_a_team_so_small_that_it_is_a_person(self, database: Database) -> None:
        run = await became(database)
        for name in ("ann", "ann", "bob"):
            await says(database, run, "approve", name, ["care"], reading_ms=1)

        (line,) = await risks(database, since=LATELY)

        assert not line.told


async def sure(database: Database, run: int, value: float, support: float | None = None) -> None:
    """Another confidence of a draft."""
    parts = "null" if support is None else str(support)
    data = f'{{"confidence": {{"value": {value}, "parts": {{"support": {parts}}}}}}}'
    await database.run(
        "update step set data = %(data)s::jsonb where run_id = %(run)s and name = 'check'", {"data": data, "run": run}
    )


async def test_confidence_is_held_against_what_people_did(database: Database) -> None:
    for value, kind in ((0.92, "sent_as_is"), (1.0, "light_edit"), (0.95, "rewritten"), (0.31, "not_used")):
        await sure(database, await became(database, kind), value)
    await sure(database, await became(database, state=DraftState.REJECTED), 0.35)
    await sure(database, await became(database), 0.99)  # nobody has judged it yet
    by_policy = await became(database, "sent_as_is", sent_by="policy", state=DraftState.SENT, plan={"verdict": "send"})
    await sure(database, by_policy, 0.99)

    low, high = await calibration(database, Part.CONFIDENCE, since=LATELY)

    assert (low.name, low.judged, low.accepted) == ("0.3-0.4", 2, 0)
    assert (high.name, high.judged, high.accepted) == ("0.9-1.0", 3, 2)
    assert high.mean == pytest.approx(0.957, abs=0.001)
    assert high.gap is None  # of three drafts


async def test_a_part_of_the_confidence_is_held_against_it_too_where_it_was_known(database: Database) -> None:
    await sure(database, await became(database, "sent_as_is"), 0.9, support=0.12)
    await sure(database, await became(database, "sent_as_is"), 0.9)

    (line,) = await calibration(database, Part.SUPPORT, since=LATELY)

    assert (line.name, line.judged) == ("0.1-0.2", 1)


def test_too_sure_is_told_of_enough_drafts() -> None:
    assert CalibrationLine("0.9-1.0", 40, 0.95, 30).gap == pytest.approx(0.2)
