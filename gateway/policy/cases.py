"""The tests that stand beside a policy: facts given, and what is expected of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from gateway.policy.cel import Language
from gateway.policy.effects_file import APPROVERS
from gateway.policy.errors import did_you_mean
from gateway.policy.facts import UNKNOWN, FactType
from gateway.policy.reader import Reader
from gateway.policy.source import TEST_SUFFIX
from gateway.policy.values import wrong_facts
from gateway.policy.words import LANGUAGES, PII_KINDS, PRIORITIES, Masking, Verdict
from gateway.policy.yamltree import Fields, Items, Node, Scalar

EVERYTHING = "everything"
TEST_KEYS = ("version", "against", "tests")
DECISION = ("verdict", "matched", "observed", "approvers", "escalate", "because")
EXPECT = {
    "approval": DECISION,
    "escalation": DECISION,
    "models": ("matched", "observed", "models", "only", "temperature", "max_cost", "because"),
    "redaction": ("matched", "observed", "redact", "model", "because"),
    "topics": ("found",),
    EVERYTHING: (*DECISION, "topics"),
}
NONE = "none"
_YES_NO = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Case:
    """One test. `facts` are laid over the declared defaults; `expect` holds only what the test speaks of."""

    name: str
    line: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Cases:
    """One test file. `subject` is the file that it tests; None where it tests the whole set."""

    file: str
    folder: str
    subject: str | None
    cases: tuple[Case, ...]


def read_cases(reader: Reader, folder: str, language: Language, files: Mapping[str, str]) -> Cases | None:
    """The tests of a file; None where it is not even a map. Mistakes are noted in the reader."""
    root = reader.document.root
    parts = reader.fields(root, TEST_KEYS, ("version", "tests"), what="a test file")
    if not parts:
        return None
    against = reader.name(parts.get("against"), what="against", known=("file", EVERYTHING))
    subject = None if against == EVERYTHING or not folder else reader.file.removesuffix(TEST_SUFFIX) + ".yaml"
    if subject is not None and subject not in files and root is not None:
        beside = [path for path in files if path.startswith(f"{folder}/") and not path.endswith(TEST_SUFFIX)]
        near = did_you_mean(PurePosixPath(subject).name, [PurePosixPath(path).name for path in beside])
        reader.problem(
            root, f'this tests "{subject}", which does not exist; for the whole set say "against: everything".{near}'
        )
    kind = folder if subject is not None else EVERYTHING
    found = reader.items(parts["tests"], what="tests") if "tests" in parts else ()
    cases = [_case(reader, node, kind, language) for node in found]
    return Cases(reader.file, kind, subject, tuple(case for case in cases if case is not None))


def _case(reader: Reader, node: Node, kind: str, language: Language) -> Case | None:
    spoken = kind in ("topics", EVERYTHING)
    known = ("test", "facts", *(("text", "language") if spoken else ()), "expect")
    parts = reader.fields(node, known if kind != "topics" else known[:1] + known[2:], ("test", "expect"), what="a test")
    name = reader.text(parts.get("test"), what="test")
    expect = reader.fields(parts.get("expect"), EXPECT[kind], what="expect")
    if "expect" in parts and isinstance(parts["expect"], Fields) and not parts["expect"].pairs:
        reader.problem(parts["expect"], "expect says nothing")
    if name is None:
        return None
    return Case(
        name,
        node.line,
        _facts(reader, parts.get("facts"), language),
        {key: _expectation(reader, key, value, language) for key, value in expect.items()},
        reader.text(parts.get("text"), what="text", longest=20_000) or "",
        reader.name(parts.get("language"), what="language", known=LANGUAGES),
    )


def _facts(reader: Reader, node: Node | None, language: Language) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for key, value in reader.each(node, what="facts"):
        fact = language.catalogue.get(key.value)
        if fact is None:
            reader.problem(key, f'unknown fact "{key.value[:60]}".{did_you_mean(key.value, list(language.catalogue))}')
            continue
        try:
            facts[key.value] = read_value(fact.type, plain(value))
        except (ValueError, ArithmeticError):
            reader.problem(value, f"{key.value} is {fact.type}, as in {fact.example}")
            continue
        for wrong in wrong_facts({key.value: facts[key.value]}, language.catalogue):
            reader.problem(value, wrong)
        if key.value == "screen.topics" and language.topics and isinstance(facts[key.value], dict):
            for topic in facts[key.value]:
                if topic not in language.topics:
                    reader.problem(value, f'there is no topic "{topic}".{did_you_mean(topic, language.topics)}')
    return facts


def plain(node: Node) -> Any:
    """A YAML tree as texts, lists and maps; a bare `null` is unknown."""
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    if isinstance(node, Fields):
        return {key: plain(value) for key, (_, value) in node.pairs.items()}
    return UNKNOWN if not node.style and node.value in ("null", "~", "") else node.value


def read_value(type_: FactType, value: Any) -> Any:
    """A fact's value from what stands in a file. Raises ValueError or ArithmeticError where it is of another type."""
    if value is UNKNOWN:
        return UNKNOWN
    if type_ is FactType.SCORES and isinstance(value, Mapping):
        return {str(name): float(Decimal(str(score))) for name, score in value.items()}
    if type_ is FactType.LIST and isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, list | Mapping) or type_ in (FactType.SCORES, FactType.LIST):
        raise ValueError
    if type_ is FactType.NUMBER:
        return Decimal(str(value))
    if type_ is FactType.YES_NO:
        if str(value).lower() not in _YES_NO:
            raise ValueError
        return _YES_NO[str(value).lower()]
    return str(value)


def _expectation(reader: Reader, key: str, node: Node, language: Language) -> Any:
    """What is expected, checked as far as its words are closed."""
    if isinstance(node, Scalar) and node.value == NONE:
        return None
    match key:
        case "verdict":
            return reader.name(node, what=key, known=[str(verdict) for verdict in Verdict])
        case "matched" | "observed" | "models" | "only":
            return list(reader.names(node, what=key)) if not _empty(node) else []
        case "topics":
            return list(reader.names(node, what=key, known=language.topics)) if not _empty(node) else []
        case "found":
            return reader.yes_no(node, what=key)
        case "escalate":
            parts = reader.fields(node, ("team", "priority", "within", "tags", "notify"), what=key)
            reader.name(parts.get("priority"), what="priority", known=PRIORITIES)
            return {name: plain(value) for name, value in parts.items()}
        case "approvers":
            parts = reader.fields(node, APPROVERS, ("group",), what=key)
            return {name: plain(value) for name, value in parts.items()}
        case "redact":
            return _masking(reader, node)
        case _:
            return reader.text(node, what=key, longest=300)


def _empty(node: Node) -> bool:
    return isinstance(node, Items) and not node.items


def _masking(reader: Reader, node: Node) -> dict[str, str]:
    found = {}
    for kind, word in reader.each(node, what="redact"):
        if kind.value not in PII_KINDS:
            reader.problem(
                kind, f'"{kind.value[:60]}" is no kind of personal data.{did_you_mean(kind.value, PII_KINDS)}'
            )
        elif name := reader.name(word, what=kind.value, known=[str(masking) for masking in Masking]):
            found[kind.value] = name
    return found
