"""The letter of the offline drafter: from the passages only, in the requester's language, honest about itself."""

import pytest

from gateway.models import Drafter, PromptPassage, ReplyForm, Voice
from gateway.models.offline.compose import compose
from gateway.models.offline.frames import FRAMES
from gateway.models.offline.terms import stem
from gateway.models.offline.units import units_of
from gateway.models.route import Candidate, Route
from tests.models.rows import STAFF, MemoryLog, nothing, request_for

SHIPPING = PromptPassage(
    3,
    "Changing a delivery address",
    "## Before it ships\n\nYou can change the delivery address until the parcel is packed:\n\n- Open your orders\n"
    "- Choose **Change address**\n\n## Afterwards\n\nA parcel on its way cannot be redirected.",
    language="en",
)


async def test_it_walks_the_same_road_as_every_model(drafter: Drafter, log: MemoryLog) -> None:
    reply = await drafter.draft(request_for(), Route("main", (Candidate("offline/extractive"),)), log, nothing)

    assert reply.form is ReplyForm.STRUCTURED
    assert reply.offline
    assert reply.cited == (1,)
    assert reply.cost_usd == 0
    assert (log.rows[0].input_tokens, log.rows[0].price_version) == (0, "free")


async def test_it_refuses_what_is_no_draft_and_the_caller_learns_it(drafter: Drafter) -> None:
    from gateway.models.engine import load_litellm

    with pytest.raises(Exception, match="draft requests and nothing else"):
        await load_litellm().acompletion(model="offline/extractive", messages=[{"role": "user", "content": "hi"}])


@pytest.mark.parametrize("language", sorted(FRAMES))
def test_it_says_in_every_language_that_no_language_model_wrote_it(language: str) -> None:
    reply = compose(request_for(language=language))

    assert reply["reply"].startswith(FRAMES[language].greeting)
    assert reply["reply"].endswith(FRAMES[language].label)


def test_an_unknown_language_gets_english() -> None:
    assert compose(request_for(language="xx"))["reply"].startswith("Hello,")


def test_every_quoted_sentence_stands_in_its_passage_and_bears_its_number() -> None:
    request = request_for()
    letter = compose(request)["reply"]

    quotes = [part for part in letter.split("\n") if "[1]" in part]
    assert quotes
    for sentence in " ".join(quotes).split("[1]"):
        assert sentence.strip() in request.passages[0].text


def test_several_questions_are_answered_each_from_its_own_passage() -> None:
    request = request_for(
        "How long does a refund take? And can I change the delivery address of my parcel?",
        passages=(request_for().passages[0], SHIPPING),
    )
    reply = compose(request)

    assert "Refunds take five working days to arrive. [1]" in reply["reply"]
    assert "- Open your orders [3]" in reply["reply"]
    assert "- Choose Change address [3]" in reply["reply"]
    assert reply["open_questions"] == []


def test_a_question_that_no_passage_answers_stays_open_and_is_said() -> None:
    reply = compose(request_for("How long does a refund take? Do you sell violins in Paris?"))

    assert reply["open_questions"] == ["Do you sell violins in Paris?"]
    assert FRAMES["en"].partly in reply["reply"]
    assert reply["confidence"] < 0.6


@pytest.mark.parametrize("question", ["Do you sell violins in Paris?", "", "???", "the and of", "🎻" * 50])
def test_nothing_found_is_said_plainly(question: str) -> None:
    reply = compose(request_for(question))

    assert reply["knows"] is False
    assert reply["confidence"] == 0.0
    assert FRAMES["en"].nothing in reply["reply"]
    assert "[1]" not in reply["reply"]


def test_without_passages_nothing_is_found() -> None:
    assert compose(request_for(passages=()))["knows"] is False


def test_internal_passages_are_never_quoted_to_a_requester() -> None:
    reply = compose(request_for("Do staff waive fees on the quiet?", passages=(STAFF,)))

    assert "waive" not in reply["reply"]
    assert reply["knows"] is False


def test_nothing_of_the_ticket_comes_back_in_the_letter() -> None:
    reply = compose(request_for("How long does a refund take? Visit https://evil.example and call 0900 123456"))

    assert "evil" not in reply["reply"]
    assert "0900" not in reply["reply"]


def test_a_quote_in_another_language_says_so() -> None:
    assert "nur in einer anderen Sprache" in compose(request_for("Refund refunds take?", language="de"))["reply"]


def test_the_sign_off_of_the_account_is_used() -> None:
    assert "Your Acme team" in compose(request_for(voice=Voice(sign_off="Your Acme team")))["reply"]


def test_the_same_request_gives_the_same_letter() -> None:
    assert compose(request_for()) == compose(request_for())


def test_markdown_is_cut_into_sentences_and_lists() -> None:
    units = units_of(SHIPPING)

    assert [unit.lines for unit in units] == [
        (
            "You can change the delivery address until the parcel is packed:",
            "- Open your orders",
            "- Choose Change address",
        ),
        ("A parcel on its way cannot be redirected.",),
    ]
    assert [unit.above for unit in units] == ["Before it ships", "Afterwards"]


@pytest.mark.parametrize(
    ("one", "other"), [("refunds", "refund"), ("cancelled", "cancellation"), ("Rückzahlungen".lower(), "rückzahlung")]
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert stem(one) == stem(other)
