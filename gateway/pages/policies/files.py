"""A set of policies as its page shows it: files by folder, each with its rules and its full text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.pages.policies.effects import in_words
from gateway.policy import PolicySet
from gateway.policy.rules import Owner, Policy, Rule
from gateway.policy.scope import TOPICS
from gateway.policy.source import TEST_SUFFIX
from gateway.policy.topics import Topic

FOLDERS: Mapping[str, str] = {
    "approval": "What may happen to a draft, once it is written and checked.",
    "escalation": "Which tickets go to whom, and how soon.",
    "models": "Which models may write a draft. Asked before the draft exists.",
    "redaction": "What becomes of personal data before a model sees the ticket.",
    TOPICS: "The words that make a topic, by language.",
    "": "Tests of the whole set.",
}


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule with its effects in words."""

    rule: Rule
    effects: list[str]


@dataclass(frozen=True, slots=True)
class FileShown:
    """One file; `head` is None where this process could not build the set. `tests` stand beside it."""

    path: str
    text: str
    head: Policy | Topic | None
    rules: tuple[RuleShown, ...]
    tests: str | None
    test_count: int

    @property
    def title(self) -> str:
        return (self.head and self.head.title) or self.path

    @property
    def owner(self) -> Owner | None:
        return self.head.owner if self.head else None

    @property
    def test_path(self) -> str:
        return self.path.removesuffix(".yaml") + TEST_SUFFIX

    @property
    def words(self) -> list[tuple[str, int]]:
        """Of a topic: its languages, and how many words each has."""
        if not isinstance(self.head, Topic):
            return []
        languages = sorted(self.head.languages.items())
        return [(language, len(listed.words) + len(listed.hints)) for language, listed in languages]


def by_folder(texts: Mapping[str, str], policies: PolicySet | None) -> dict[str, list[FileShown]]:
    """The files of a set by their folder; without `policies` only their texts."""
    found: dict[str, list[FileShown]] = {folder: [] for folder in FOLDERS}
    heads: dict[str, Policy | Topic] = {}
    counts: dict[str, int] = {}
    if policies is not None:
        heads |= {policy.file: policy for policy in policies.policies}
        heads |= {topic.file: topic for topic in policies.topics.all}
        counts = {cases.subject or cases.file: len(cases.cases) for cases in policies.cases}
    for path in _shown(texts):
        head = heads.get(path)
        rules = tuple(RuleShown(rule, in_words(rule.then)) for rule in head.rules) if isinstance(head, Policy) else ()
        tests = texts.get(path.removesuffix(".yaml") + TEST_SUFFIX)
        shown = FileShown(path, texts[path], head, rules, tests, counts.get(path, 0))
        found.setdefault(path.rpartition("/")[0].partition("/")[0], []).append(shown)
    return {folder: files for folder, files in found.items() if files}


def _shown(texts: Mapping[str, str]) -> Iterator[str]:
    """Every file but the tests that are shown with what they test."""
    for path in sorted(texts):
        if not path.endswith(TEST_SUFFIX) or path.removesuffix(TEST_SUFFIX) + ".yaml" not in texts:
            yield path


def lines(text: str) -> list[str]:
    """The lines of a file as the reader of policies counts them."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
