"""Shapes: paths and types, bounded, whatever a stranger or a vendor sends."""

import json

import pytest

from gateway.workflow.shape import DEEPEST, MOST_PATHS, difference, shape_of


def test_a_shape_tells_paths_and_types() -> None:
    found = shape_of(
        b'{"id": 1, "open": true, "tags": ["a", 2], "who": {"name": null}, "rows": [{"x": 1.5}, {"y": []}]}'
    )

    assert found == {
        "id number",
        "open flag",
        "tags list",
        "tags[] text",
        "tags[] number",
        "who object",
        "who.name null",
        "rows list",
        "rows[] object",
        "rows[].x number",
        "rows[].y list",
    }


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{}", b"[]", b"null", b"7", b'"text"', b"a=1&b=2", b"\xff", b"[" * 100_000]
)
def test_what_has_no_fields_has_no_shape(body: bytes) -> None:
    assert shape_of(body) is None


def test_a_shape_is_bounded_in_width_and_depth() -> None:
    wide = shape_of(json.dumps({f"field{number}": number for number in range(10_000)}).encode())
    deep = shape_of(b'{"a":' * 500 + b"1" + b"}" * 500)

    assert wide is not None
    assert len(wide) == MOST_PATHS
    assert deep is not None
    assert len(deep) == DEEPEST


def test_the_difference_is_to_the_most_similar_good_shape() -> None:
    good = {
        "ticket_changed": ["id number", "status text"],
        "message_added": ["id number", "message object", "message.id number", "message.body text"],
    }
    shape = frozenset({"id text", "message object", "message.id number", "message.text text"})

    found = difference(shape, good)

    assert found.like == "message_added"
    assert found.missing == ["id number", "message.body text"]
    assert found.added == ["id text", "message.text text"]
