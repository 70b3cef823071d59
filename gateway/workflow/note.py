"""The note that an agent finds in the ticket: first the draft, then why, the evidence, and the machinery last."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from connectors.contract import BodyFormat

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~]|&(?=#?\w{1,40};))")
_MARKDOWN_INDENT = re.compile(r"(?m)^[ \t]+")
_MARKDOWN_LINE_START = re.compile(r"(?m)^([-+](?=\s)|\d+[.)](?=\s)|=+(?=\s*$)|-+(?=\s*$))")
_NOT_IN_A_LINK = re.compile(r"[\s<>]")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source as the note names it: its number in the draft, title, age, and where to read it."""

    number: int
    title: str
    url: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Note:
    """What the note says, before anybody decided how it is written. `draft` is None where there is none to show."""

    heading: str
    draft: str | None = field(repr=False)
    reasons: Sequence[str]
    noticed: Sequence[str]
    sources: Sequence[SourceLine]
    action: str
    link: str
    last_line: str  # begins with the mark
    more: Sequence[tuple[str, Sequence[str]]] = ()  # further sections: label and lines

    def render(self, how: BodyFormat) -> str:
        """The note in the form that a help desk wants. Text of the draft and of sources stays text in all of them."""
        if how is BodyFormat.HTML:
            return "".join(self._html())
        if how is BodyFormat.MARKDOWN:
            return "\n".join(self._markdown())
        return "\n".join(self._text())

    def _html(self) -> Iterator[str]:
        yield f"<p><strong>{html.escape(self.heading)}</strong></p>"
        if self.draft is not None:
            yield f"<blockquote>{paragraphs_html(self.draft)}</blockquote>"
        yield "<hr>"
        for label, lines in self._sections():
            yield f"<p>{html.escape(label)}: {'<br>'.join(map(html.escape, lines))}</p>"
        if self.sources:
            items = "".join(f"<li>{_source_html(source)}</li>" for source in self.sources)
            yield f"<p>Sources:</p><ul>{items}</ul>"
        yield f'<p>{html.escape(self.action)} <a href="{html.escape(self.link)}">{html.escape(self.link)}</a></p>'
        yield f"<p><small>{html.escape(self.last_line)}</small></p>"

    def _markdown(self) -> Iterator[str]:
        yield f"**{escape_markdown(self.heading)}**"
        yield ""
        if self.draft is not None:
            yield from (f"> {line}".rstrip() for line in escape_markdown(self.draft).splitlines())
            yield ""
        yield "---"
        yield ""
        for label, lines in self._sections():
            yield f"{label}: {escape_markdown(' · '.join(lines))}  "
        for source in self.sources:
            yield _source_markdown(source) + "  "
        yield f"{escape_markdown(self.action)} <{self.link}>"
        yield ""
        yield escape_markdown(self.last_line)

    def _text(self) -> Iterator[str]:
        yield self.heading
        yield ""
        if self.draft is not None:
            yield from (f"  {line}".rstrip() for line in self.draft.splitlines())
            yield ""
        yield "---"
        for label, lines in self._sections():
            yield f"{label}: {' · '.join(lines)}"
        for source in self.sources:
            yield " ".join(filter(None, (_title(source), source.detail, source.url)))
        yield f"{self.action} {self.link}"
        yield self.last_line

    def _sections(self) -> Iterator[tuple[str, Sequence[str]]]:
        if self.reasons:
            yield "Why a person", self.reasons
        if self.noticed:
            yield "Noticed", self.noticed
        yield from self.more


def public_text(text: str, how: BodyFormat) -> str:
    """A reply for the requester in the help desk's form. Nothing in the text can become markup."""
    if how is BodyFormat.HTML:
        return paragraphs_html(text)
    if how is BodyFormat.MARKDOWN:
        return escape_markdown(text)
    return text


def escape_markdown(text: str) -> str:
    """Text that a Markdown renderer shows as it is."""
    escaped = _MARKDOWN_SPECIAL.sub(r"\\\1", _MARKDOWN_INDENT.sub("", text))
    return _MARKDOWN_LINE_START.sub(lambda start: f"{start[1][:-1]}\\{start[1][-1]}", escaped)


def paragraphs_html(text: str) -> str:
    """Text as HTML paragraphs."""
    parts = (part.strip() for part in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part)


def _title(source: SourceLine) -> str:
    return f"[{source.number}] {' '.join(source.title.split())}"


def _source_html(source: SourceLine) -> str:
    title = html.escape(_title(source))
    if source.url:
        title = f'<a href="{html.escape(source.url)}">{title}</a>'
    return f"{title} {html.escape(source.detail)}".rstrip()


def _source_markdown(source: SourceLine) -> str:
    title = escape_markdown(_title(source))
    link = f" <{_NOT_IN_A_LINK.sub(lambda bad: quote(bad[0]), source.url)}>" if source.url else ""
    return f"{title}{link} {escape_markdown(source.detail)}".rstrip()
