"""Finding a reply in whatever a model made of it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.models.structure import plain_text, read_structure

GOOD = {"reply": "Hello [1].", "citations": [[1]], "confidence": 0.7, "knows": True}


def test_plain_json_is_read() -> None:
    found = read_structure(json.dumps(GOOD))

    assert found is not None
    assert (found.reply, found.citations, found.confidence, found.knows) == ("Hello [1].", [[1]], 0.7, True)


@pytest.mark.parametrize(
    "wrapped",
    [
        "```json\n{}\n```",
        "Sure, here it is: {}",
        "{{not json}} and then\n\n{}\n\nI hope it helps {{ }}",
        "<think>{{a}}</think>{}",
    ],
)
def test_json_is_found_inside_other_text(wrapped: str) -> None:
    found = read_structure(wrapped.replace("{}", json.dumps(GOOD)).replace("{{", "{").replace("}}", "}"))

    assert found is not None
    assert found.reply == "Hello [1]."


def test_json_inside_markdown_inside_json_is_unwrapped() -> None:
    inner = "```json\n" + json.dumps(GOOD) + "\n```"
    outer = json.dumps({"reply": inner, "knows": False})

    found = read_structure(outer)

    assert found is not None
    assert (found.reply, found.knows) == ("Hello [1].", True)


@pytest.mark.parametrize(
    ("told", "meant"),
    [("0.8", 0.8), ("80%", 0.8), (80, 0.8), (1, 1.0), (-1, None), (1000, None), ("sure", None), (None, None)],
)
def test_confidence_is_a_share_or_unknown(told: object, meant: float | None) -> None:
    found = read_structure(json.dumps({**GOOD, "confidence": told}))

    assert found is not None
    assert found.confidence == meant


def test_lists_are_bounded_and_of_the_right_kind() -> None:
    told = {**GOOD, "open_questions": ["x" * 5000, 3, None] + ["q"] * 100, "suggested_tags": ["Two Words!", "<b>"]}

    found = read_structure(json.dumps(told))

    assert found is not None
    assert len(found.open_questions) <= 20
    assert len(found.open_questions[0]) == 300
    assert found.suggested_tags == ["two_words", "b"]


def test_citations_of_any_shape_do_no_harm() -> None:
    told = {**GOOD, "citations": [1, [2, "3", -4, True, 10**9], None, {"a": 1}]}

    found = read_structure(json.dumps(told))

    assert found is not None
    assert found.citations == [[1], [2], [], []]


@pytest.mark.parametrize(
    "text", ["", "no json", "[1, 2]", '{"answer": "x"}', '{"reply": 5}', '{"reply": ""}', "{" * 50_000]
)
def test_what_has_no_reply_is_no_structure(text: str) -> None:
    assert read_structure(text) is None


def test_an_empty_reply_is_one_when_the_model_says_that_it_does_not_know() -> None:
    assert read_structure('{"reply": "", "knows": false}') is not None


def test_a_reply_that_is_too_long_is_not_taken() -> None:
    assert read_structure(json.dumps({"reply": "x" * 20_001})) is None


def test_deep_nesting_does_not_break_the_reader() -> None:
    assert read_structure('{"reply": ' + "[" * 30_000) is None


def test_broken_json_gives_its_reply_as_plain_text() -> None:
    assert plain_text('{"reply": "Line one\\nsays \\"hi\\" [1].", "citations": [[1]') == 'Line one\nsays "hi" [1].'
    assert plain_text('{"reply": "Half a sen') == "Half a sen"


def test_a_fence_is_taken_off_plain_text() -> None:
    assert plain_text("```\nHello\n```") == "Hello"


@settings(max_examples=200, deadline=1000)
@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_structure(text)

    assert len(plain_text(text)) <= 20_000
