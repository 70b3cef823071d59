"""YAML with places, without surprises, in bounded time."""

import pytest

from gateway.policy.yamltree import Fields, Items, Scalar, read_yaml
from tests.measuring import work


def test_words_that_yaml_1_1_takes_for_booleans_stay_words() -> None:
    document = read_yaml("country: NO\nanswer: yes\nnumber: 1e3\nnight: 22:30\n")

    assert isinstance(document.root, Fields)
    assert [value.value for _, value in document.root.pairs.values() if isinstance(value, Scalar)] == [
        "NO",
        "yes",
        "1e3",
        "22:30",
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('when: "a" in b', """put this condition in single quotes: '"a" in b'"""),
        ('because: "Hello" there', """put this text in single quotes: '"Hello" there'"""),
        ("- 'a' in b", "put this condition in single quotes: '''a'' in b'"),
        ("- [1, 2] == x", "put this condition in single quotes: '[1, 2] == x'"),
        ("- {a: 1", "this map in braces is never closed, or an entry in it needs quotes"),
    ],
)
def test_the_line_that_needs_quotes_is_shown_with_them(line: str, words: str) -> None:
    assert read_yaml(f"top:\n  {line}\n").mistakes[0].message == words


def test_every_node_knows_its_place() -> None:
    document = read_yaml("a:\n  - b\n  - [c, 'd']\n")

    assert isinstance(document.root, Fields)
    items = document.root.pairs["a"][1]
    assert isinstance(items, Items)
    inner = items.items[1]
    assert isinstance(inner, Items)
    assert [(node.line, node.column) for node in (items, *items.items, *inner.items)] == [
        (2, 3),
        (2, 5),
        (3, 5),
        (3, 6),
        (3, 9),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "twice"),
        ("a: &x 1\n", 1, 4, "anchors"),
        ("a: *x\n", 1, 4, "aliases"),
        ("a: !!python/object:os.system b\n", 1, 4, "tags"),
        ("a: 1\n---\nb: 2\n", 2, 1, "one document"),
        ("a:\n\t- b\n", 2, 1, "tab"),
        ('a: "b\nc: d\n', 1, 4, "never closed"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, "indented"),
        ("a: b: c\n", 1, 5, "quotes"),
        ("a: b\0c\n", 1, 5, "U+0000"),
        ("a: b\ud800\n", 1, 5, "U+D800"),
        ("{[a]: b}", 1, 2, "plain word"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, line: int, column: int, words: str) -> None:
    mistake = read_yaml(text).mistakes[0]

    assert (mistake.line, mistake.column) == (line, column)
    assert words in mistake.message


def test_a_condition_that_needs_quotes_is_shown_in_quotes_and_the_rest_is_read() -> None:
    document = read_yaml("all:\n  - \"refund\" in screen.topics\n  - a == 'b' # why\n  - !vip.x && y\nlast: 1\n")

    assert [mistake.line for mistake in document.mistakes] == [2, 4]
    assert document.mistakes[0].message.endswith("""put this condition in single quotes: '"refund" in screen.topics'""")
    assert isinstance(document.root, Fields)
    assert set(document.root.pairs) == {"all", "last"}
    assert not document.patched


@pytest.mark.parametrize("bomb", ["[" * 200_000, "{" * 200_000, "- " * 100_000, "? " * 100_000, "[a: b, " * 40_000])
def test_a_bomb_is_refused_in_less_than_a_second(bomb: str) -> None:
    with work() as took:
        document = read_yaml(bomb)

        assert took() < 1
    assert document.mistakes


def test_a_billion_laughs_never_grow() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))

    document = read_yaml(f"a0: &a0 [ha]\n{levels}\n")

    assert len(document.mistakes) > 8
