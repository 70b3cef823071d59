"""Text stays text: in documents word for word, in wiki markup by escaping, and documents become text again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.jira_service_management import adf
from connectors.jira_service_management.wiki import as_wiki
from connectors.markup import HAIR_SPACE
from tests.connectors.jira_service_management.desk import parsed

PIECES = ["{", "}", "[", "]", "|", "\\", "*", "_", "-", "!", "?", "~accountid:x", "a", " ", "\n", "h1. ", "quote"]


def linked(shown: str, to: object) -> dict[str, Any]:
    return {"type": "text", "text": shown, "marks": [{"type": "strong"}, {"type": "link", "attrs": {"href": to}}]}


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_text_runs_as_wiki_markup(text: str) -> None:
    stored = parsed(as_wiki(text))

    kinds = {node["type"] for block in stored["content"] for node in block["content"]}
    assert kinds <= {"text", "hardBreak"}
    assert "marks" not in json.dumps(stored)
    assert bare(adf.words(stored)) == bare(text)


@pytest.mark.parametrize(
    ("text", "wiki"),
    [
        ("Hi! Costs 5 - 3 = 2, a_b and c*d.", "Hi! Costs 5 - 3 = 2, a_b and c*d."),
        ("*bold* _it_ -gone- +in+ ^up^ ~down~ ??who??", "\\*bold* \\_it_ \\-gone- \\+in+ \\^up^ \\~down~ \\??who\\??"),
        ("!image.png!", "\\!image.png!"),
        ("See https://acme.example/a_b?x=1&y=*z", "See https://acme.example/a_b?x=1&y=\\*z"),
        ("h1. Title", f"{HAIR_SPACE}h1. Title"),
        ("* one\n# two\n- three\n----", f"{HAIR_SPACE}* one\n{HAIR_SPACE}# two\n{HAIR_SPACE}- three\n\\-\\-\\--"),
        ("C:\\temp", f"C:\\{HAIR_SPACE}temp"),
        ("cs-0f1e2d3c", "cs-0f1e2d3c"),
    ],
)
def test_only_what_would_be_markup_is_escaped(text: str, wiki: str) -> None:
    assert as_wiki(text) == wiki


def test_document_says_the_same_words() -> None:
    text = "Dear Rita,\n\nit left.\nToday.\n\n{{x}} [y] <b>"

    assert adf.words(adf.document(text)) == text


def test_paragraphs_of_a_document_are_never_empty_text() -> None:
    assert adf.document("a\n\n\n \n\nb\n") == {
        "type": "doc",
        "version": 1,
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "a"}]},
            {"type": "paragraph", "content": [{"type": "text", "text": "b"}]},
        ],
    }


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ({"type": "mention", "attrs": {"id": "x", "text": "@Ann"}}, "@Ann"),
        ({"type": "emoji", "attrs": {"shortName": ":tada:"}}, ":tada:"),
        ({"type": "inlineCard", "attrs": {"url": "https://a.example"}}, "https://a.example"),
        (linked("here", "https://x.example"), "here (https://x.example)"),
        (linked("https://x.example", "https://x.example/"), "https://x.example"),
        (linked("odd", 7), "odd"),
        ({"type": "media", "attrs": {"id": "f"}}, ""),
        ({"type": "of a later version", "content": [{"type": "text", "text": "inside"}]}, "inside"),
        ({"type": ["odd"]}, ""),
        ({}, ""),
    ],
)
def test_each_kind_of_node_says_what_a_reader_sees(node: dict[str, Any], text: str) -> None:
    assert adf.words({"type": "doc", "content": [{"type": "paragraph", "content": [node]}]}) == text


def test_items_of_a_list_are_lines_of_their_own() -> None:
    items = [
        {"type": "listItem", "content": [{"type": "paragraph", "content": [{"type": "text", "text": word}]}]}
        for word in ("one", "two")
    ]

    assert adf.words({"type": "doc", "content": [{"type": "bulletList", "content": items}]}).split() == ["one", "two"]


@pytest.mark.parametrize("body", [None, 7, [], "", {"type": "doc"}, {"type": "doc", "content": 7}])
def test_body_that_is_none_says_nothing(body: object) -> None:
    assert adf.words(body) == ""


def test_depth_without_end_is_left_alone() -> None:
    node: dict[str, Any] = {"type": "text", "text": "deep"}
    for _ in range(900):
        node = {"type": "panel", "content": [node]}

    assert adf.words({"type": "doc", "content": [node]}) == ""


@pytest.mark.parametrize("text", ["{" * 60_000, "\\" * 60_000, "https://" * 8_000, "h1. \n" * 12_000, " " * 60_000])
def test_long_hostile_text_takes_no_time(text: str) -> None:
    as_wiki(text)


def bare(text: str) -> str:
    return "".join(text.replace(HAIR_SPACE, "").split())
