"""A description says everything that is wrong with it at once, with the place and what was meant."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import connectors.described
from connectors.described.load import Mistakes, load
from connectors.described.schema import render_schema
from connectors.positions import read_document
from tests.connectors.described.describing import GONE, write

FOLDER = Path(connectors.described.__file__).parent
EXAMPLES = sorted((FOLDER / "examples").glob("*.yaml"))
FILE = """\
sytem: Desk
version: 2
sign_in: {headers: {X: "${secret.tokn}"}}
deliveries:
  ticket_id: case[
  event: type
  authentic: {header: {nam: X}}
words:
  event: {opened: tickt_created}
  visibility: {mail: publik}
ticket:
  request: GET /cases/${tiket.id}
messages:
  query: {page: '${page.nummer}'}
  next: {cursor: a, link: b}
write:
  note: {request: "POST /memos?x=1", carries: [tagz], body: {text: "${secret.token}"}}
timezone: Europe/Berln
secrets: {token: in its settings}
"""


def test_every_mistake_is_told_at_once_with_its_place_and_what_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(FILE)

    with pytest.raises(Mistakes) as caught:
        load(file)

    told = [problem.removeprefix(f"{file}:") for problem in caught.value.problems]
    for wanted in (
        "1:1: unknown key 'sytem'. Did you mean 'system'?",
        "2:1: 'version': input should be 1",
        "3:21: there is no declared secret 'tokn'. Did you mean 'token'?",
        "5:3: 'ticket_id': this is not JMESPath at character 6: 'case['",
        "7:24: unknown key 'nam'. Did you mean 'name'?",
        "9:11: 'opened': there is no 'tickt_created' here. Did you mean 'ticket_created'?",
        "10:16: 'mail': there is no 'publik' here. Did you mean 'public'?",
        "12:3: there is no 'tiket' here. Did you mean 'ticket'?",
        "14:11: there is no 'nummer' in page. Did you mean 'number'?",
        "15:3: 'next': give exactly one of cursor, link, more, full_page",
        "17:10: 'request': what follows a ? goes into `query`, so that its values are quoted",
        "17:48: 'carries': there is no 'tagz' here. Did you mean 'tags'?",
        "17:62: a secret stands in sign_in alone, so that it is sent in a header and shown nowhere",
        "18:1: 'timezone': there is no time zone 'Europe/Berln'",
    ):
        assert wanted in told
    lines = [int(one.split(":")[0]) for one in told]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"me": GONE}, "nothing tells which entries are our own"),
        ({"words__event": GONE}, "'event' is missing"),
        ({"words__priority": GONE}, "'priority' is missing"),
        ({"messages__read__format": "format"}, "'format' is missing"),
        ({"write__conditional": True}, "does not say ${ticket.version}"),
        ({"write__note__carries": ["tags"]}, "does not say ${change.all_tags}"),
        ({"write__note__body": {"text": "${message.text}", "tags": "${change.tags_added}"}}, "name it in `carries`"),
        ({"write__note__body": {"text": "a note"}}, "does not say ${message.text}"),
        ({"deliveries__repeats_within": "10m", "deliveries__id": "id"}, "needs no time to repeat in"),
        ({"deliveries__repeats_within": "0s"}, "an event of its own"),
        ({"search_lag": "five"}, "a time such as 30s"),
        ({"check": []}, "at least 1"),
        ({"sign_in": {}}, "give headers or basic"),
        ({"messages__next": {"full_page": 0}}, "greater than or equal to 1"),
        ({"write__changes": [{"request": "PUT /x", "carries": ["status"], "answer": {}}]}, "name one in `answer`"),
    ],
)
def test_a_promise_that_is_not_kept_is_a_mistake(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Mistakes) as caught:
        load(write(tmp_path, **changes))

    assert said in str(caught.value)


def test_a_check_that_would_change_something_is_a_mistake(tmp_path: Path) -> None:
    look = {"subject": "x", "request": "POST /notes", "remedy": "y"}

    with pytest.raises(Mistakes, match="a check changes nothing"):
        load(write(tmp_path, check=[look]))


@pytest.mark.parametrize("content", [b"", b"[]", b"7", b"a: [", b"\xff", b"a: &x [*x]", b"{" * 5000])
def test_a_file_that_is_no_description_is_told_and_never_raises_anything_else(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "desk.yaml"
    file.write_bytes(content)

    with pytest.raises(Mistakes, match=r"desk\.yaml"):
        load(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Mistakes, match="No such file"):
        load(tmp_path / "nothing.yaml")


def test_the_schema_is_as_the_keys_are_and_accepts_the_examples() -> None:
    schema = json.loads((FOLDER / "schema.json").read_text())

    assert (FOLDER / "schema.json").read_text() == render_schema(), "run: python -m connectors.described.schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    for example in EXAMPLES:
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(read_document(example).data)) == []


def test_the_readme_names_every_key() -> None:
    text = (FOLDER / "README.md").read_text()
    keys = {key for one in json.loads(render_schema())["$defs"].values() for key in one.get("properties", {})}

    assert [key for key in sorted(keys) if f"`{key}`" not in text and f"{key}:" not in text] == []
