"""Reads facts that a person wrote down, to try policies on them."""

import json
from collections.abc import Mapping
from typing import Any

from gateway.policy.cases import plain, read_value
from gateway.policy.errors import PolicyError, did_you_mean
from gateway.policy.facts import UNKNOWN, Fact
from gateway.policy.source import MAX_BYTES
from gateway.policy.values import wrong_facts
from gateway.policy.yamltree import read_yaml


class BadFacts(PolicyError):
    """The facts cannot be used; `problems` says each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_facts(content: bytes, catalogue: Mapping[str, Fact]) -> dict[str, Any]:
    """Facts by name from YAML or JSON of the form `draft.largest_amount: 129`; null is unknown. Raises BadFacts."""
    found = _map(content)
    facts: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in found.items():
        fact = catalogue.get(name)
        if fact is None:
            problems.append(f'unknown fact "{name[:60]}".{did_you_mean(name, list(catalogue))}')
            continue
        try:
            facts[name] = read_value(fact.type, value)
        except (ValueError, ArithmeticError):
            problems.append(f"{name} is {fact.type}, as in {fact.example}")
    problems += wrong_facts(facts, catalogue)
    if problems:
        raise BadFacts(problems)
    return facts


def _map(content: bytes) -> Mapping[str, Any]:
    if len(content) > MAX_BYTES:
        raise BadFacts([f"larger than {MAX_BYTES // 1024} kB"])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFacts(["this is not UTF-8"]) from None
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text, parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            found = UNKNOWN
    else:
        document = read_yaml(text)
        if document.mistakes:
            raise BadFacts([f"{one.line}:{one.column}: {one.message}" for one in document.mistakes])
        found = plain(document.root) if document.root else UNKNOWN
    if not isinstance(found, dict):
        raise BadFacts(["facts are a map of the form draft.largest_amount: 129"])
    return found
