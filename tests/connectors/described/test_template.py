"""A help desk that renders templates runs none of ours."""

import pytest

from connectors.described.template import Openings
from connectors.vocabulary import BodyFormat, text_hash

LISTED = ["{{", "{%", "<%", "$", "[[user"]


@pytest.mark.parametrize(
    "text", ["{{a}}", "{% if %}", "<%= 1 %>", "{\u200b{a}}", "{{{a}}}", "x{{{{", "[[user.name]]", "$a"]
)
def test_no_opening_is_left_and_the_reader_sees_the_same(text: str) -> None:
    written = Openings(LISTED, BodyFormat.TEXT).neutralised(text)

    bare = written.replace("\u200b", "")
    assert not [one for one in LISTED if len(one) > 1 and one in bare]
    assert written.replace("\u200a", "") == text
    assert Openings(LISTED, BodyFormat.TEXT).reads_as(written, text_hash(text))


def test_what_is_no_opening_stays_as_it_is() -> None:
    text = 'A {single} brace, 100 % and < 5 %, {"a": 1}, [[other]]'

    assert Openings(["{{", "{%", "<%", "[[user"], BodyFormat.TEXT).neutralised(text) == text
    assert Openings([], BodyFormat.TEXT).neutralised("{{a}}") == "{{a}}"


def test_in_html_a_brace_may_be_written_as_an_entity() -> None:
    written = Openings(["{{"], BodyFormat.HTML).neutralised("<p>&#123;&lbrace;ticket.requester}}</p>")

    assert "&#123;&lbrace;" not in written
    assert Openings(["{{"], BodyFormat.HTML).reads_as(written, text_hash("<p>&#123;&lbrace;ticket.requester}}</p>"))
