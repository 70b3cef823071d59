"""Whatever a model answers, it ends in a draft for a person to read or in a reason, and never goes out."""

from collections.abc import AsyncIterator
from typing import LiteralString

import pytest

from connectors.contract import Visibility
from gateway.store.database import Database
from tests.fakes import MemoryDesk
from tests.models.conftest import StubModel
from tests.workflow.floor import QUESTION, SEND, Floor, built


@pytest.fixture
async def floor(database: Database) -> AsyncIterator[Floor]:
    """A policy that sends whatever the floor lets out."""
    made = await built(database, MemoryDesk(), then=SEND)
    yield made
    await made.line.drafter.close()


async def answered(floor: Floor, stub: StubModel, behaviour: str) -> tuple[int, list[tuple[Visibility, str]]]:
    floor.ask(stub.route(f"openai/stub-{behaviour}"))
    event = await floor.question()
    await floor.walk(event)
    return event, floor.desk.ours("7")


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("wrong", "The draft cites a source that it was not given."),
        ("obeys", "The draft repeats its own instructions."),
        ("parrots", "These words are from the ticket and from no source."),
        ("cut", "The model stopped before the end of its reply."),
        ("refuses", "The draft refuses, or speaks as a machine."),
    ],
)
async def test_a_bad_answer_waits_for_a_person_who_is_told_what_is_wrong(
    floor: Floor, stub: StubModel, behaviour: str, said: str
) -> None:
    event, ((seen_by, note),) = await answered(floor, stub, behaviour)

    assert (seen_by, (await floor.run(event))["verdict"]) == (Visibility.INTERNAL, "review")
    assert said in note


@pytest.mark.parametrize("behaviour", ["hopeless", "prose"])
async def test_an_answer_without_a_form_is_read_as_far_as_it_goes(
    floor: Floor, stub: StubModel, behaviour: str
) -> None:
    event, ((_, told),) = await answered(floor, stub, behaviour)

    assert (await floor.run(event))["state"] == "done"
    assert "{" not in told.split("---")[0]


@pytest.mark.parametrize("behaviour", ["5mb", "empty", "filtered"])
async def test_what_is_no_answer_ends_with_a_reason_and_writes_nothing(
    floor: Floor, stub: StubModel, behaviour: str
) -> None:
    event, written = await answered(floor, stub, behaviour)
    run, failed = await floor.run(event), await floor.only("select state, error from event where id = %(e)s", e=event)

    assert written == []
    assert run["reason"] or failed["error"]


async def test_json_inside_markdown_is_a_reply_like_any_other(floor: Floor, stub: StubModel) -> None:
    _, ((seen_by, reply),) = await answered(floor, stub, "markdown")

    assert seen_by is Visibility.PUBLIC
    assert reply.startswith("Hello,")
    assert "three working days" in reply
    assert "```" not in reply


async def test_an_answer_in_another_language_waits_for_a_person(floor: Floor, stub: StubModel) -> None:
    floor.set(language="de")

    event, ((_, note),) = await answered(floor, stub, "good")

    assert (await floor.run(event))["verdict"] == "review"
    assert "The draft is written in en; the requester wrote in de." in note


@pytest.mark.parametrize("change", ["delete from article", "update article set audience = 'internal'"])
async def test_an_article_that_vanishes_between_search_and_citation_is_no_ground(
    floor: Floor, stub: StubModel, change: LiteralString
) -> None:
    await floor.line.library.search(["help"], QUESTION, language="en", limit=1)  # so that it is in the index
    await floor.database.run(change, {})

    event, ((seen_by, note),) = await answered(floor, stub, "good")

    assert (seen_by, (await floor.run(event))["verdict"]) == (Visibility.INTERNAL, "review")
    assert "is not in the help centre any more" in note
