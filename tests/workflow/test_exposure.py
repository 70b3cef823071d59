"""What policies say of personal data holds down the line: masked, kept or blocked, per kind and per model."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway import policy
from gateway.models import Candidate, Route
from gateway.policy import load
from gateway.store.database import Database
from gateway.store.policies import rule_hits
from gateway.store.reports import exposure, untold_calls
from tests.fakes import MemoryDesk
from tests.models.conftest import StubModel
from tests.workflow.floor import POLICY, REVIEW, Floor, built

QUESTION = "My card 4532 2766 4457 7020 was charged twice, says Marta. When does my parcel arrive?"
REDACTION = """
version: 1
policy: personal-data
title: What a model may see of people
owner: {{team: Tests, contact: tests@example.com}}
rules:
  - rule: said
    when: always
    then: {{redact: {redact}}}
"""


@pytest.fixture
async def asking(database: Database, stub: StubModel) -> AsyncIterator[Floor]:
    """A floor with a route outside the house, which is asked first, and one in the house."""
    made = await built(database, MemoryDesk())
    away = replace(stub.route("openai/stub-away"), name="default")
    home = Route("home", (replace(stub.candidate("openai/stub-home"), local=True),))
    made.line = replace(made.line, routes={"default": away, "home": home})
    yield made
    await made.line.drafter.close()


def says(floor: Floor, redact: str, *, models: str = "") -> None:
    files = {"approval/everything.yaml": POLICY.format(then=REVIEW)}
    files["redaction/personal-data.yaml"] = REDACTION.format(redact=redact)
    if models:
        files["models/said.yaml"] = POLICY.format(then=models).replace("everything", "said", 1)
    found = load(files, policy.Declared())
    floor.line = replace(floor.line, policies=lambda: found)


async def asked(floor: Floor, event: int) -> set[str]:
    rows = await floor.database.all("select distinct model from attempt where run_id = %(e)s", {"e": event})
    return {row["model"] for row in rows}


async def lines(floor: Floor) -> dict[tuple[str, str], tuple[bool, bool, int]]:
    """(kind, model) -> in clear, local, values."""
    found = await exposure(floor.database, since=datetime.now(UTC) - timedelta(hours=1))
    return {(line.kind, line.model): (line.clear, line.local, line.times) for line in found}


BOTH = "{model: {route: [default, home]}}"


async def test_a_kind_that_is_blocked_goes_only_to_a_route_that_is_declared_local(asking: Floor) -> None:
    says(asking, "{card: block, other: mask}", models=BOTH)

    event = await asking.question(QUESTION)
    await asking.walk(event)

    assert await asked(asking, event) == {"stub-home"}
    assert (await asking.run(event))["state"] == "done"


async def test_without_a_local_route_a_blocked_kind_means_no_call_and_a_clear_reason(
    asking: Floor, stub: StubModel
) -> None:
    says(asking, "{card: block, other: mask}")

    event = await asking.question(QUESTION)
    await asking.walk(event)

    assert await asked(asking, event) == set()
    run = await asking.run(event)
    assert "no model may see this ticket" in run["reason"]
    assert asking.desk.ours("7") == []


async def test_a_ticket_without_the_blocked_kind_goes_its_way(asking: Floor) -> None:
    says(asking, "{card: block, other: mask}", models=BOTH)

    event = await asking.question("When does my parcel arrive?")
    await asking.walk(event)

    assert await asked(asking, event) == {"stub-away"}


async def test_a_local_route_can_be_blocked_by_name(asking: Floor) -> None:
    says(asking, "{card: block, models: [home]}", models="{model: {route: [home]}}")

    event = await asking.question(QUESTION)
    await asking.walk(event)

    assert await asked(asking, event) == set()


async def test_what_is_masked_is_told_as_placeholders_and_never_left_in_clear(asking: Floor) -> None:
    says(asking, "{other: mask}")

    await asking.walk(await asking.question(QUESTION))

    assert await lines(asking) == {
        ("card", "stub-away"): (False, False, 1),
        ("person", "stub-away"): (False, False, 1),
    }


async def test_what_one_model_may_see_in_clear_is_shown_to_it_and_told_as_such(asking: Floor) -> None:
    says(asking, "{person: keep, models: [home]}", models="{model: {route: [home]}}")

    await asking.walk(await asking.question(QUESTION))

    hits = {one.rule: one.hits for one in await rule_hits(asking.database, datetime.now(UTC) - timedelta(hours=1))}
    assert hits == {"everything/everything": 1, "said/everything": 1, "personal-data/said": 1}

    assert await lines(asking) == {
        ("card", "stub-home"): (False, True, 1),
        ("person", "stub-home"): (True, True, 1),
    }


async def test_what_one_of_the_models_must_not_see_none_of_them_sees(asking: Floor) -> None:
    says(asking, "{person: keep, models: [home]}", models=BOTH)

    await asking.walk(await asking.question(QUESTION))

    assert (await lines(asking))[("person", "stub-away")][0] is False


async def test_calls_of_which_nothing_was_kept_are_counted_as_not_known(asking: Floor) -> None:
    says(asking, "{other: mask}")
    event = await asking.question(QUESTION)
    await asking.walk(event)
    await asking.database.run("delete from step where run_id = %(e)s and name = 'exposure'", {"e": event})

    since = datetime.now(UTC) - timedelta(hours=1)

    assert await lines(asking) == {}
    assert await untold_calls(asking.database, since=since) == 1
    assert await untold_calls(asking.database, since=since, account="another") == 0


def test_a_route_is_local_only_if_all_of_it_is() -> None:
    home, away = Candidate("ollama/llama3", local=True), Candidate("openai/gpt-5-mini")

    assert Route("a", (home, Candidate("offline/extractive"))).local
    assert not Route("b", (home, away)).local
