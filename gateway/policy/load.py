"""Reads a whole set of policy files: all of it or nothing, with every mistake told at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.policy.cases import Cases, read_cases
from gateway.policy.catalogue import catalogue_for
from gateway.policy.cel import Language
from gateway.policy.errors import PolicyErrors, Problem
from gateway.policy.facts import Declared
from gateway.policy.policy_file import read_policy
from gateway.policy.policy_set import PolicySet
from gateway.policy.reader import Reader
from gateway.policy.redundant import pointless_rules
from gateway.policy.rules import Policy
from gateway.policy.scope import FOLDERS, TOPICS, Scope
from gateway.policy.source import TEST_SUFFIX, Files, Source, read_files
from gateway.policy.topics import Topic, Topics, read_topic
from gateway.policy.yamltree import read_yaml

NOTHING_DECLARED = Declared()


def load(source: Source, declared: Declared = NOTHING_DECLARED) -> PolicySet:
    """A set of policies from a folder, or from its files as {path: text}, which is how a published set is kept.

    `declared` is what the installation names outside of the files. Raises PolicyErrors with every problem; nothing
    is ever half loaded.
    """
    found = _read(source, declared)
    if found.problems:
        raise PolicyErrors(found.problems)
    return found.policy_set()


def check(source: Source, declared: Declared = NOTHING_DECLARED) -> list[Problem]:
    """Every problem of a set, in the order of files and lines; empty where `load` would succeed."""
    return sorted(set(_read(source, declared).problems))


@dataclass(slots=True)
class _Set:
    """A set while it is read."""

    files: Files
    declared: Declared
    problems: list[Problem]
    topics: list[Topic] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    language: Language | None = None
    cases: list[Cases] = field(default_factory=list)

    def policy_set(self) -> PolicySet:
        assert self.language is not None
        texts = {path: content.decode("utf-8") for path, content in sorted(self.files.contents.items())}
        titles = {policy.file: policy.title for policy in self.policies}
        policies = tuple(self.policies)
        return PolicySet(
            self.files.version, texts, policies, Topics(self.topics), self.language, tuple(self.cases), titles
        )


def _read(source: Source, declared: Declared) -> _Set:
    files = read_files(source)
    found = _Set(files, declared, list(files.problems))
    for path in _paths(files, TOPICS):
        reader = Reader(path, read_yaml(files.texts[path]))
        topic = read_topic(reader)
        found.problems += reader.problems
        if topic is not None:
            found.topics.append(topic)
    language = found.language = Language(catalogue_for(declared), tuple(topic.name for topic in found.topics))
    for folder in FOLDERS.values():
        for path in _paths(files, folder.name):
            reader = Reader(path, read_yaml(files.texts[path]))
            policy = read_policy(reader, Scope(folder, language, declared))
            found.problems += reader.problems
            if policy is not None:
                found.policies.append(policy)
    for path in [path for path in sorted(files.texts) if path.endswith(TEST_SUFFIX)]:
        reader = Reader(path, read_yaml(files.texts[path]))
        cases = read_cases(reader, files.kind(path), language, files.texts)
        found.problems += reader.problems
        if cases is not None:
            found.cases.append(cases)
    found.problems += _names_twice(found)
    found.problems += pointless_rules(found.policies)
    return found


def _paths(files: Files, folder: str) -> Iterator[str]:
    return (path for path in sorted(files.texts) if files.kind(path) == folder and not path.endswith(TEST_SUFFIX))


def _names_twice(found: _Set) -> Iterator[Problem]:
    """The same file name in two sub-folders would make two policies of one name."""
    first: dict[tuple[str, str], str] = {}
    named = [*((TOPICS, topic.name, topic.file) for topic in found.topics)]
    named += ((policy.folder, policy.name, policy.file) for policy in found.policies)
    for folder, name, file in named:
        before = first.setdefault((folder, name), file)
        if before != file:
            yield Problem(file, 1, 1, f'the name "{name}" is taken by {before}')
