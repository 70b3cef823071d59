"""Says what changed between two sets of policies, rule by rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from gateway.policy.condition import Condition, Leaf
from gateway.policy.hours import Within
from gateway.policy.policy_set import PolicySet
from gateway.policy.rules import Policy, Rule
from gateway.policy.sentence import Sentence
from gateway.policy.topics import Topic


@dataclass(frozen=True, slots=True)
class Changed:
    """One part of a rule, policy or topic, before and after; None where it was not there."""

    part: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one rule, policy or topic. `kind`: added, removed or changed. `file` and `line` are those of the
    newer set, or of the older where it was removed."""

    kind: str
    name: str
    file: str
    line: int
    parts: tuple[Changed, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        parts = [{"part": part.part, "before": part.before, "after": part.after} for part in self.parts]
        return {"kind": self.kind, "name": self.name, "file": self.file, "line": self.line, "parts": parts}

    def __str__(self) -> str:
        lines = [f"{self.kind:<8} {self.name}   {self.file}:{self.line}"]
        for part in self.parts:
            lines += [f"  {part.part}"]
            lines += [f"    - {line}" for line in (part.before or "").splitlines()]
            lines += [f"    + {line}" for line in (part.after or "").splitlines()]
        return "\n".join(lines)


def diff(old: PolicySet, new: PolicySet) -> list[Change]:
    """Every change that could matter, in the order of names; formatting, comments and the order of rules never do."""
    return sorted(
        [
            *_compare(_rules(old), _rules(new), _rule_parts),
            *_compare(_policies(old), _policies(new), _policy_parts),
            *_compare(_topics(old), _topics(new), _topic_parts),
        ],
        key=lambda change: (change.name, change.kind),
    )


def _rules(policies: PolicySet) -> dict[str, Rule]:
    return {f"{rule.folder}/{rule.id}": rule for rule in policies.rules()}


def _policies(policies: PolicySet) -> dict[str, Policy]:
    return {f"{policy.folder}/{policy.name}": policy for policy in policies.policies}


def _topics(policies: PolicySet) -> dict[str, Topic]:
    return {f"topics/{topic.name}": topic for topic in policies.topics.all}


def _compare(old: Mapping[str, Any], new: Mapping[str, Any], parts: Any) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        there: Any = after or before
        was, now = parts(before) if before else {}, parts(after) if after else {}
        changed = tuple(
            Changed(part, was.get(part), now.get(part)) for part in {**was, **now} if was.get(part) != now.get(part)
        )
        kind = "added" if before is None else "removed" if after is None else "changed"
        if changed or kind != "changed":
            yield Change(kind, name, there.file, getattr(there, "line", 1), changed)


def _rule_parts(rule: Rule) -> dict[str, str]:
    parts = {"mode": str(rule.mode), "when": "\n".join(_condition(rule.when))}
    for field in fields(rule.then):
        if text := _text(getattr(rule.then, field.name)):
            parts[field.name] = text
    return parts


def _policy_parts(policy: Policy) -> dict[str, str]:
    week = ", ".join(f"{span[0]}-{span[1]}" if span else "closed" for span in policy.hours.week)
    return {
        "title": policy.title,
        "owner": f"{policy.owner.team}, {policy.owner.contact}",
        "why": policy.why,
        "timezone": policy.hours.zone,
        "business_hours": f"minutes of the day, Monday first: {week}",
    }


def _topic_parts(topic: Topic) -> dict[str, str]:
    parts = {"title": topic.title, "any_language": "true" if topic.any_language else "false"}
    for language, words in topic.languages.items():
        for kind, patterns in (("words", words.words), ("hints", words.hints), ("except", words.exceptions)):
            if patterns:
                parts[f"{language} {kind}"] = "\n".join(sorted(patterns))
    return parts


def _condition(condition: Condition, indent: str = "") -> Iterator[str]:
    if isinstance(condition, Leaf):
        yield indent + " ".join(condition.text.split())
        return
    yield f"{indent}{condition.kind}:" if condition.items else f"{indent}always"
    for item in condition.items:
        yield from _condition(item, indent + "  ")


def _text(value: Any) -> str:
    """An effect as text; nothing for an effect that is not there."""
    if value is None or value == () or value == Sentence():
        return ""
    if isinstance(value, Sentence):
        return value.text
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {item}" for key, item in sorted(value.items()))
    if isinstance(value, str | int | float | Decimal):
        return str(value)
    if isinstance(value, Sequence):
        return ", ".join(_text(item) for item in value)
    if is_dataclass(value) and not isinstance(value, Within):
        found = ((field.name, _text(getattr(value, field.name))) for field in fields(value))
        return "; ".join(f"{name} {text}" for name, text in found if text and text != "False")
    return str(value)
