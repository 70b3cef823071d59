"""What people did with a draft."""

import pytest

from connectors.contract import Visibility
from gateway.workflow.outcome import compare
from tests.fakes import AGENT, OURSELVES
from tests.workflow.floor import Floor

DRAFT = "Hello Marta, your parcel arrives within three working days. You can follow it with the link in our mail."


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (DRAFT, "sent_as_is"),
        (DRAFT.replace(" ", "\n  "), "sent_as_is"),
        (DRAFT.replace("Marta", "Mrs Kowalska"), "light_edit"),
        (DRAFT + " Kind regards, Emma", "light_edit"),
        ("Hello Marta, your parcel was lost. You can have a new one within three working days.", "rewritten"),
        ("Please call us.", "not_used"),
        ("", "not_used"),
    ],
)
def test_a_reply_is_compared_with_the_draft_word_by_word(sent: str, kind: str) -> None:
    found, similarity = compare(DRAFT, sent)

    assert found == kind
    assert similarity is not None
    assert 0 <= similarity <= 1


def test_an_erased_draft_can_not_be_compared() -> None:
    assert compare(None, "anything") == ("not_used", None)


async def outcomes(floor: Floor) -> list[tuple[str, str]]:
    rows = await floor.database.all("select kind, message_id from outcome order by run_id")
    return [(row["kind"], row["message_id"]) for row in rows]


async def test_the_agents_first_public_word_after_the_question_closes_the_draft(floor: Floor) -> None:
    await floor.walk(await floor.question())
    floor.desk.say("7", "I look into it.", AGENT, Visibility.INTERNAL)
    reply = floor.desk.say("7", "It comes tomorrow.", AGENT)
    floor.desk.say("7", "Anything else?", AGENT)

    await floor.walk(await floor.arrive(name="e2"))

    assert await outcomes(floor) == [("not_used", reply)]
    assert (await floor.only("select state from draft"))["state"] == "closed"


async def test_what_we_wrote_ourselves_is_no_outcome(floor: Floor) -> None:
    await floor.walk(await floor.question())
    floor.desk.say("7", "An automatic answer.", OURSELVES)

    await floor.walk(await floor.arrive(name="e2"))

    assert await outcomes(floor) == []


async def test_a_draft_that_was_copied_into_the_reply_was_sent_as_it_is(floor: Floor) -> None:
    event = await floor.question()
    await floor.walk(event)
    row = await floor.only("select c.body from draft d join content c on c.id = d.content_id")
    floor.desk.say("7", row["body"]["text"], AGENT)

    await floor.walk(await floor.arrive(name="e2"))

    assert [kind for kind, _ in await outcomes(floor)] == ["sent_as_is"]
