"""Some of what policies send is looked at by a person afterwards."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.access.people import Person
from gateway.errors import NotAllowed, NotFound, NotNow
from gateway.store import outcomes
from gateway.store.reports import By, outcomes_by
from gateway.workflow.sampling import check_sample, sampled
from tests.workflow.floor import PEOPLE, REVIEW, SEND, Floor

LATELY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def floor(floor: Floor) -> Floor:
    """Everything that may be sent is, and all of it is in the sample."""
    floor.decide_by(SEND)
    floor.set(sample=1.0)
    return floor


def lea() -> Person:
    found = PEOPLE.by_id("lea")
    assert found is not None
    return found


def test_about_the_declared_share_is_chosen_and_always_the_same() -> None:
    chosen = [run for run in range(20_000) if sampled(run, 0.05)]

    assert 850 < len(chosen) < 1150
    assert chosen == [run for run in range(20_000) if sampled(run, 0.05)]
    assert set(chosen) <= {run for run in range(20_000) if sampled(run, 0.10)}
    assert not any(sampled(run, 0.0) for run in range(1_000))
    assert all(sampled(run, 1.0) for run in range(1_000))


async def test_what_a_policy_sent_waits_for_a_reviewer(floor: Floor) -> None:
    run = await floor.shown()

    (waiting,) = await outcomes.sample(floor.database)

    assert (waiting["run_id"], waiting["account"], waiting["rules"]) == (run, "acme", ["everything/everything"])
    assert await outcomes.sample(floor.database, {"other"}) == []


async def test_nothing_is_sampled_where_no_share_is_declared_or_a_person_approved(floor: Floor) -> None:
    floor.set(sample=0.0)
    await floor.shown("7")
    floor.set(sample=1.0)
    floor.decide_by(REVIEW)
    await floor.shown("8")
    await floor.says("/approve", ticket="8")
    await floor.carried_out()

    assert await floor.database.all("select 1 from outcome where sampled") == []
    assert len(await floor.database.all("select 1 from outcome")) == 2


async def test_a_finding_is_a_review_and_an_outcome(floor: Floor) -> None:
    run = await floor.shown()

    await check_sample(floor.database, run, lea(), good=False, words="Marta Kowalska  asked\nfor something else.")

    review = await floor.only(
        "select v.act, v.by, v.detail, c.body from review v join content c on c.id = v.content_id"
    )
    assert (review["act"], review["by"], review["detail"]) == ("checked", "lea", {"finding": "flawed"})
    assert review["body"] == {
        "words": "Marta Kowalska asked for something else.",
        "masked": "<PERSON_1> asked for something else.",
    }
    assert await outcomes.sample(floor.database) == []
    (line,) = await outcomes_by(floor.database, By.RULE, since=LATELY)
    assert (line.by_policy, line.flaws.hits, line.flaws.of) == (1, 1, 1)
    assert await floor.draft_state(run) == "sent"


async def test_of_two_who_look_at_once_one_finding_is_kept_and_the_other_is_told(floor: Floor) -> None:
    run = await floor.shown()
    leo = PEOPLE.by_id("leo")
    assert leo is not None

    done = await asyncio.gather(
        check_sample(floor.database, run, lea(), good=True, words=None),
        check_sample(floor.database, run, leo, good=False, words="No."),
        return_exceptions=True,
    )

    (refused,) = [one for one in done if isinstance(one, BaseException)]
    assert isinstance(refused, NotNow)
    assert "has checked this reply already" in str(refused)
    assert len(await floor.database.all("select 1 from review")) == 1


async def test_what_cannot_be_kept_is_refused(floor: Floor) -> None:
    run = await floor.shown()
    floor.set(sample=0.0)
    other = await floor.shown("8")
    watcher = replace(lea(), rights=frozenset())
    elsewhere = replace(lea(), accounts=frozenset({"other"}))

    for number, who, good, words, error in (
        (run, watcher, True, None, NotAllowed),
        (run, elsewhere, True, None, NotAllowed),
        (run, lea(), False, "  ", NotNow),
        (other, lea(), True, None, NotNow),
        (4711, lea(), True, None, NotFound),
    ):
        with pytest.raises(error):
            await check_sample(floor.database, number, who, good=good, words=words)
    assert await floor.database.all("select 1 from review") == []
