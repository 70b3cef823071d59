"""What a message is about, by word lists that admins keep per language."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gateway.policy.policy_file import read_file_name, read_head, read_owner
from gateway.policy.reader import Reader
from gateway.policy.rules import Owner
from gateway.policy.topic_match import Hit, Matcher, fold, read_pattern
from gateway.policy.words import LANGUAGES
from gateway.policy.yamltree import Node, Scalar

TOPIC_KEYS = ("version", "topic", "title", "owner", "why", "any_language", "languages")
WORD_KEYS = ("words", "hints", "except")
MAX_PATTERNS = 500
FOUND = 0.5
"""A topic counts as found from this score on."""

_NAME = re.compile(
    r"(?!(?:in|true|false|null|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$)[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
)
_WEIGHT = {"words": 0.9, "hints": 0.4}
_COMMON = "en"
"""Looked up besides the language of the text: people mix it in."""


@dataclass(frozen=True, slots=True)
class WordList:
    """The patterns of one topic in one language: each of `words` is enough, of `hints` it takes two; what
    stands inside one of `exceptions` does not count."""

    words: tuple[str, ...]
    hints: tuple[str, ...]
    exceptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """One file of word lists. `any_language`: searched for in every language, whatever the text is taken to be in."""

    name: str
    file: str
    title: str
    owner: Owner
    why: str
    any_language: bool
    languages: Mapping[str, WordList]


class _Listed(NamedTuple):
    """Where a pattern stands."""

    topic: str
    language: str
    kind: str
    pattern: str


class Topics:
    """All topics of a set, ready to search."""

    def __init__(self, topics: Iterable[Topic] = ()) -> None:
        self.all = tuple(topics)
        self._everywhere = frozenset(topic.name for topic in self.all if topic.any_language)
        self._languages = frozenset(language for topic in self.all for language in topic.languages)
        self._matcher: Matcher[_Listed] = Matcher()
        for topic in self.all:
            for language, words in topic.languages.items():
                for kind, patterns in (("words", words.words), ("hints", words.hints), ("except", words.exceptions)):
                    for pattern in patterns:
                        self._matcher.add(pattern, _Listed(topic.name, language, kind, pattern))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(topic.name for topic in self.all)

    def find(self, text: str, language: str | None = None) -> dict[str, float]:
        """The topics of a text with a score from 0.5 to 1.

        `language` is an ISO 639-1 code; its lists and the English ones are used, and all lists where it is None or has
        none. A topic with `any_language` is always searched in all.
        """
        return {topic: score for topic, (score, _) in self.explain(text, language).items()}

    def explain(self, text: str, language: str | None = None) -> dict[str, tuple[float, tuple[str, ...]]]:
        """As `find`, with the patterns that were met."""
        spoken = (language or "").partition("-")[0].lower()
        lists: dict[tuple[str, str], list[Hit[_Listed]]] = {}
        for hit in self._matcher.find(fold(text)):
            if self._searched(hit.found.topic, hit.found.language, spoken):
                lists.setdefault((hit.found.topic, hit.found.language), []).append(hit)
        found: dict[str, tuple[float, tuple[str, ...]]] = {}
        for (topic, _), hits in sorted(lists.items()):
            score, met = _scored(hits)
            if score >= FOUND:
                before, patterns = found.get(topic, (0.0, ()))
                found[topic] = (max(before, score), tuple(dict.fromkeys((*patterns, *met))))
        return found

    def _searched(self, topic: str, listed: str, spoken: str) -> bool:
        return spoken not in self._languages or listed in (spoken, _COMMON) or topic in self._everywhere


def _scored(hits: Sequence[Hit[_Listed]]) -> tuple[float, tuple[str, ...]]:
    """How sure a list is, and the patterns that made it so. What lies inside an exception does not count."""
    spared = [hit for hit in hits if hit.found.kind == "except"]
    met = {
        (hit.found.kind, hit.found.pattern)
        for hit in hits
        if hit.found.kind in _WEIGHT and not any(one.start <= hit.start and hit.end <= one.end for one in spared)
    }
    doubt = 1.0
    for kind, _ in met:
        doubt *= 1 - _WEIGHT[kind]
    return round(1 - doubt, 2), tuple(sorted(pattern for _, pattern in met))


def read_topic(reader: Reader) -> Topic | None:
    """The topic of a file; None where it is not even a map. Mistakes are noted in the reader."""
    parts = read_head(reader, "topic", TOPIC_KEYS, ("languages",))
    if not parts:
        return None
    languages = {}
    for key, node in reader.each(parts.get("languages"), what="languages"):
        if key.value not in LANGUAGES or not key.value:
            reader.problem(key, f'"{key.value[:20]}" is no language: write its two letters, as in en, de, pt')
            continue
        languages[key.value] = _word_list(reader, node)
    name = read_file_name(reader, parts.get("topic"))
    if not _NAME.fullmatch(name):
        reader.problem(
            parts.get("topic") or Scalar("", 1, 1, 0, 0), "a topic is named in lower case, as in legal_threat"
        )
    return Topic(
        name,
        reader.file,
        reader.text(parts.get("title"), what="title") or "",
        read_owner(reader, parts.get("owner")),
        reader.text(parts.get("why"), what="why", longest=400) or "",
        bool(reader.yes_no(parts.get("any_language"), what="any_language")),
        languages,
    )


def _word_list(reader: Reader, node: Node) -> WordList:
    parts = reader.fields(node, WORD_KEYS, what="a language")
    if not set(parts) - {"except"} and not reader.document.patched:
        reader.problem(node, "a language needs words, or hints")
    return WordList(*(_patterns(reader, parts.get(key), key) for key in WORD_KEYS))


def _patterns(reader: Reader, node: Node | None, key: str) -> tuple[str, ...]:
    if node is None:
        return ()
    items = reader.items(node, what=key)
    if len(items) > MAX_PATTERNS:
        reader.problem(node, f"more than {MAX_PATTERNS} entries")
    found = (reader.read(item, read_pattern, what=key) for item in items[:MAX_PATTERNS])
    return tuple(dict.fromkeys(pattern for pattern in found if pattern is not None))
