"""Values in requests stay values, whatever their text is."""

import json

import pytest

from connectors.described.fields import Call
from connectors.described.templates import Text, Tree
from connectors.errors import Rejected

HOSTILE = 'x"}, "visibility": "public", "y": {"z": "${secret.api_token}'


def test_a_value_in_a_body_stays_one_json_value() -> None:
    tree = Tree({"message": {"text": "${message.text}", "visibility": "internal"}, "said": "He said: ${message.text}!"})

    body = json.loads(json.dumps(tree.value({"message": {"text": HOSTILE}, "secret": {"api_token": "s3cret"}})))

    assert body == {"message": {"text": HOSTILE, "visibility": "internal"}, "said": f"He said: {HOSTILE}!"}


def test_a_placeholder_alone_keeps_its_type() -> None:
    tree = Tree({"number": "${to_number(a)}", "list": "${b}", "yes": "${c}", "names": "${b[].{name: @}}", "plain": 7})

    assert tree.value({"a": "7", "b": ["x", "y"], "c": True}) == {
        "number": 7,
        "list": ["x", "y"],
        "yes": True,
        "names": [{"name": "x"}, {"name": "y"}],
        "plain": 7,
    }


def test_what_finds_nothing_is_left_out_and_so_is_what_holds_nothing_else() -> None:
    tree = Tree({"a": "${nothing}", "b": {"c": "${nothing}"}, "d": ["${nothing}", "x"], "e": None, "f": "", "g": {}})

    assert tree.value({}) == {"d": ["x"], "e": None, "f": "", "g": {}}
    assert Tree({"a": "${nothing}"}).value({}) == {}


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("7", "/tickets/7/notes"),
        ("a/b", "/tickets/a%2Fb/notes"),
        ("../admin", "/tickets/..%2Fadmin/notes"),
        ("7?x=1#y", "/tickets/7%3Fx%3D1%23y/notes"),
        ("ü", "/tickets/%C3%BC/notes"),
        (7, "/tickets/7/notes"),
    ],
)
def test_a_value_in_a_path_is_one_segment(value: object, path: str) -> None:
    assert Call("GET /tickets/${ticket.id}/notes").path.path({"ticket": {"id": value}}) == path


@pytest.mark.parametrize("value", ["", ".", "..", None, [], {}, ["7"]])
def test_what_would_change_a_path_is_refused(value: object) -> None:
    with pytest.raises(Rejected):
        Call("GET /tickets/${ticket.id}").path.path({"ticket": {"id": value}})


@pytest.mark.parametrize("value", ["a\r\nX-Admin: yes", "a\nb", "a\x00", "ü"])
def test_a_value_cannot_break_out_of_a_header(value: str) -> None:
    with pytest.raises(Rejected):
        Text("W/${v}").line({"v": value})


def test_a_list_does_not_become_a_text() -> None:
    with pytest.raises(Rejected):
        Text("tags: ${tags}").value({"tags": ["a"]})


@pytest.mark.parametrize("source", ["${a", "${a[}", "${'}", "x ${a.} y", "${}"])
def test_a_placeholder_that_is_not_one_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"placeholder|JMESPath"):
        Text(source)


@pytest.mark.parametrize("source", ["${join('}', a)}", '${"}"}', "${a | {x: @}}"])
def test_braces_and_quotes_inside_a_placeholder_belong_to_it(source: str) -> None:
    assert len(Text(source).parts) == 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("/tickets", "begin with one of"),
        ("FETCH /x", "begin with one of"),
        ("GET", "begins with one /"),
        ("GET tickets", "begins with one /"),
        ("GET //evil.example/x", "begins with one /"),
        ("GET https://evil.example/x", "begins with one /"),
        ("GET /x?y=1", "goes into `query`"),
        ("GET /x#y", "goes into `query`"),
    ],
)
def test_a_call_is_a_method_and_a_path_below_the_base(source: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Call(source)
