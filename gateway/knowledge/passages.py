"""Cuts an article into passages that can be quoted one by one, each still saying what it belongs to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from gateway.knowledge.articles import AUTHORITY, Article, Audience

WORDS = 180
"""Words of a passage to aim at: enough to answer with, few enough that six fit into a prompt."""
_MOST_WORDS = 250
_FEWEST_WORDS = 25
_HEADING = re.compile(r"^#{1,6}\s+(.{1,200}?)\s*#*$")
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A quotable piece of an article. `id` is `source/article#position`; `heading` is the section it stands in."""

    id: str
    source: str
    article_id: str
    position: int
    title: str
    heading: str | None
    text: str = field(repr=False)
    url: str | None = None
    language: str | None = None
    audience: Audience = Audience.PUBLIC
    brand: str | None = None
    owner: str | None = None
    updated_at: datetime | None = None
    authority: int = AUTHORITY
    version: str = ""

    @property
    def quotable(self) -> bool:
        """Whether a requester may read it."""
        return self.audience is Audience.PUBLIC


def passages_of(article: Article) -> list[Passage]:
    """The passages of an article, in its order; never none for an article with text."""
    return [
        _passage(article, article.version, position, heading, text)
        for position, (heading, text) in enumerate(_pieces(article.text))
    ]


def _passage(article: Article, version: str, position: int, heading: str | None, text: str) -> Passage:
    return Passage(
        id=f"{article.source}/{article.id}#{position}",
        source=article.source,
        article_id=article.id,
        position=position,
        title=article.title,
        heading=heading,
        text=text,
        url=article.url,
        language=article.language,
        audience=article.audience,
        brand=article.brand,
        owner=article.owner,
        updated_at=article.updated_at,
        authority=article.authority,
        version=version,
    )


def _pieces(text: str) -> list[tuple[str | None, str]]:
    """Sections with their heading, long ones cut between paragraphs, short neighbours joined."""
    pieces: list[tuple[str | None, str]] = []
    for heading, section in _sections(text):
        for piece in _cut(section):
            if pieces and _fits(pieces[-1][1], piece):
                before, joined = pieces[-1]
                named = f"## {heading}\n{piece}" if heading and heading != before else piece
                pieces[-1] = (before, f"{joined}\n\n{named}")
            else:
                pieces.append((heading, piece))
    return pieces


def _fits(before: str, piece: str) -> bool:
    words = _count(before), _count(piece)
    return sum(words) <= WORDS


def _sections(text: str) -> Iterator[tuple[str | None, str]]:
    heading: str | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        found = _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        if any(map(str.strip, lines)):
            yield heading, "\n".join(lines).strip()
        heading, lines = found.group(1), []
    if any(map(str.strip, lines)):
        yield heading, "\n".join(lines).strip()


def _cut(section: str) -> Iterator[str]:
    if _count(section) <= _MOST_WORDS:
        yield section
        return
    yield from _filled(_parts(section), "\n\n")


def _parts(section: str) -> Iterator[str]:
    """Paragraphs; one that is itself too long comes by lines, sentences, and in the end by words."""
    for paragraph in re.split(r"\n\s*\n", section):
        if _count(paragraph) <= _MOST_WORDS:
            yield paragraph
            continue
        for line in paragraph.split("\n"):
            if _count(line) <= _MOST_WORDS:
                yield line
            else:
                yield from _filled(_short_sentences(line), " ")


def _short_sentences(line: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(line):
        words = sentence.split()
        if _count(sentence) <= _MOST_WORDS:
            yield sentence
        elif len(words) > 1:
            yield from (" ".join(words[at : at + WORDS]) for at in range(0, len(words), WORDS))
        else:
            yield from (sentence[at : at + 1_000] for at in range(0, len(sentence), 1_000))


def _filled(parts: Iterable[str], joint: str) -> Iterator[str]:
    held: list[str] = []
    for part in parts:
        if held and _count(joint.join([*held, part])) > WORDS:
            yield joint.join(held)
            held = []
        held.append(part)
    if held:
        yield joint.join(held)


def _count(text: str) -> int:
    """Words; where a script has no spaces, three characters stand for one."""
    return max(len(text.split()), len(text) // 15)
