"""The note: text of drafts and sources stays text, in whatever form a help desk wants it."""

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from connectors.contract import BodyFormat
from gateway.workflow.note import Note, SourceLine, escape_markdown, public_text

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "{{ticket.requester.email}} {% if x %} ${jndi:ldap://x}",
    "He said \"no\" & 'yes' &lt;b&gt; &amp;",
    "![x](javascript:alert(1)) [click](https://evil.example/)",
    "# a heading? * a list? **bold** _it_ `code` ~~gone~~ | a | b |",
    "1. one\n2) two\n- three\n+ four\n> five",
    "A title?\n===",
    "A title?\n---",
    "***",
    "    indented code",
    "```\nfence\n```",
    "line one\nline two\n\nsecond paragraph",
    "back\\slash \\* and [ref]: https://evil.example",
    "<https://evil.example> <!-- comment -->",
]
NOTE = Note(
    heading="Draft reply",
    draft="Hello [1].",
    reasons=["A person looks."],
    noticed=["kept from the model: person"],
    sources=[SourceLine(1, "Where is my parcel?", "https://help.example.com/1?a=1&b=2", "(3 days old)")],
    action="Read it.",
    link="http://127.0.0.1:8400/runs/7",
    last_line="cs-abcdefgh · 0 USD",
)


def seen(markdown: str) -> str:
    """What a reader of rendered Markdown sees, white space folded."""
    return folded(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown))


def folded(html: str) -> str:
    return " ".join(LexborHTMLParser(f"<body>{html}").body.text(separator=" ").split())  # type: ignore[union-attr]


def tags(html: str) -> set[str]:
    return {node.tag for node in LexborHTMLParser(f"<body>{html}").body.traverse()} - {"body", "-text"}  # type: ignore


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_public_reply_in_markdown_reads_as_it_was_written(text: str) -> None:
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(public_text(text, BodyFormat.MARKDOWN))

    assert folded(html) == " ".join(text.split())
    assert tags(html) <= {"p", "br"}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_public_reply_in_html_reads_as_it_was_written(text: str) -> None:
    html = public_text(text, BodyFormat.HTML)

    assert folded(html) == " ".join(text.split())
    assert tags(html) <= {"p", "br"}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_public_reply_in_text_is_the_text(text: str) -> None:
    assert public_text(text, BodyFormat.TEXT) == text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text_everywhere_in_a_note(text: str) -> None:
    note = replace(
        NOTE, draft=text, heading=text, reasons=[text], noticed=[text], sources=[SourceLine(1, text, None, text)]
    )

    html = note.render(BodyFormat.HTML)
    markdown = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(note.render(BodyFormat.MARKDOWN))

    assert tags(html) <= {"p", "strong", "blockquote", "br", "hr", "ul", "li", "a", "small"}
    assert tags(markdown) <= {"p", "strong", "blockquote", "br", "hr", "a"}
    for rendered in (html, markdown):
        links = [node.attributes.get("href") for node in LexborHTMLParser(rendered).css("a")]
        assert links == [NOTE.link]


@pytest.mark.parametrize("how", list(BodyFormat))
def test_each_source_is_one_line_with_number_title_age_and_link(how: BodyFormat) -> None:
    sources = [SourceLine(number, f"Title\n{number}", f"https://help.example.com/{number}", "(3 days old)")
               for number in (1, 2)]  # fmt: skip

    note = replace(NOTE, sources=sources).render(how)

    lines = [line for line in re.split(r"\n|</li>", note) if "help.example.com" in line]
    assert len(lines) == 2
    for number, line in enumerate(lines, start=1):
        assert "Title" in line
        assert re.search(rf"\\?\[{number}\\?\]", line)
        assert "3 days old" in line


def test_the_link_of_a_source_cannot_end_its_own_markup() -> None:
    source = SourceLine(1, "Title", 'https://x.example/> <b onclick="x">\nhello</b>', "")

    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(
        replace(NOTE, sources=[source]).render(BodyFormat.MARKDOWN)
    )

    assert "b" not in tags(html)


@pytest.mark.parametrize("how", list(BodyFormat))
def test_the_mark_begins_the_last_line_and_the_draft_comes_first(how: BodyFormat) -> None:
    text = folded(NOTE.render(how)) if how is BodyFormat.HTML else NOTE.render(how)

    assert text.rstrip().endswith("cs-abcdefgh · 0 USD")
    assert text.index("Hello") < text.index("A person looks.") < text.index("Where is my parcel?") < text.index("cs-")


@pytest.mark.parametrize("how", list(BodyFormat))
def test_a_note_without_a_draft_has_no_empty_quote(how: BodyFormat) -> None:
    note = replace(NOTE, draft=None).render(how)

    assert "blockquote" not in note
    assert not re.search(r"(?m)^>", note)


def test_escaping_leaves_plain_letters_alone() -> None:
    assert escape_markdown("Größe 3-4, 5.90 €: a+b = c!") == "Größe 3-4, 5.90 €: a+b = c!"
