"""Paths of an admin's file, over whatever a stranger sent."""

import json

import pytest

from connectors.described.expression import LONGEST, Expression, TooMuch


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.b", 1),
        ("a.nothing", None),
        ("list[0].x", "first"),
        ("list[?x == 'second'] | [0].y", 2),
        ("nothing || a.b", 1),
        ("contains(words, 'yes')", True),
        ("to_number('7')", 7),
    ],
)
def test_what_is_there_is_found(text: str, found: object) -> None:
    document = {"a": {"b": 1}, "list": [{"x": "first"}, {"x": "second", "y": 2}], "words": ["yes"]}

    assert Expression(text).find(document) == found


@pytest.mark.parametrize("text", ["a[", "a..b", "", "a b", "nothing(a", "(" * 400, "a." * 300 + "a"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"JMESPath|longer than"):
        Expression(text)


@pytest.mark.parametrize(
    "text", ["length(a)", "sort(a)", "join(',', a)", "ceil(a)", "max_by(a, &b)", "a.b.c", "sum(a)"]
)
@pytest.mark.parametrize("document", [None, 7, "x", [], {"a": True}, {"a": [1, "x", None]}, {"a": float("inf")}])
def test_a_function_that_is_given_something_else_finds_nothing(text: str, document: object) -> None:
    found = Expression(text).find(document)

    assert found is None or isinstance(found, int | float | str | list)


def test_a_payload_cannot_make_a_path_look_for_ever() -> None:
    doubling = " | ".join(["[@, @][]"] * 40)

    with pytest.raises(TooMuch):
        Expression(doubling).find(["x"])


def test_a_payload_that_is_nested_without_end_is_too_much_or_nothing() -> None:
    deep: object = "x"
    for _ in range(5000):
        deep = [deep]

    try:
        found = Expression("to_string(@)").find(deep)
    except TooMuch:
        return
    assert found is None


def test_a_large_honest_payload_is_not_too_much() -> None:
    thread = json.loads(json.dumps({"data": [{"id": n, "body": "x" * 200} for n in range(20_000)]}))

    assert len(Expression("data").find(thread)) == 20_000
    assert len(Expression("data[].id").find(thread)) == 20_000


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ticket.id", {("ticket", "id")}),
        ("to_number(ticket.version)", {("ticket", "version")}),
        ("a || b.c.d", {("a",), ("b", "c")}),
        ("change.tags[].{name: @}", {("change", "tags")}),
        ("a[?b == 'x'].c | d", {("a",)}),
        ("{x: a, y: [b, `1`]}", {("a",), ("b",)}),
        ("'a text'", set()),
        ("map(&name, list)", {("list",)}),
    ],
)
def test_the_names_that_a_path_begins_with_are_known(text: str, names: set[tuple[str, ...]]) -> None:
    assert Expression(text).names() == names


def test_the_longest_path_is_read() -> None:
    assert Expression("a" * LONGEST).find({"a" * LONGEST: 1}) == 1
