"""How deep a document is nested is counted without parsing it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.workflow.nesting import deeper_than

DOCUMENTS = st.recursive(
    st.none() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=8) | st.just('\\"[{'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=30,
)


def depth(document: object) -> int:
    inside = document.values() if isinstance(document, dict) else document if isinstance(document, list) else None
    return 0 if inside is None else 1 + max(map(depth, inside), default=0)


@given(DOCUMENTS, st.integers(0, 8))
@settings(max_examples=200, deadline=None)
def test_it_is_what_a_parser_would_find(document: object, most: int) -> None:
    assert deeper_than(json.dumps(document).encode(), most) == (depth(document) > most)


@pytest.mark.parametrize("body", [b"", b"a form=[[[[[[[[[[", b"]" * 99, b'["' + b"[" * 99], ids=range(4))
def test_what_is_no_document_is_not_deep(body: bytes) -> None:
    assert not deeper_than(body, 5)


def test_endless_brackets_are_deep_whatever_they_say() -> None:
    assert deeper_than(b"[" + b"[]," * 200_000 + b"0]", 64)
