"""Small policy sets for tests, written as an admin writes them."""

from collections.abc import Mapping
from textwrap import dedent, indent
from typing import Any

from gateway.policy import CATALOGUE, Declared, PolicySet, Problem, check, load

DEFAULTS: Mapping[str, Any] = {name: fact.default for name, fact in CATALOGUE.items()}
TOPIC = """\
version: 1
topic: {name}
title: A topic
owner: {{team: Care, contact: care@example.com}}
languages:
  en: {{words: [{name}]}}
"""


def policy(rules: str, *, name: str = "first", head: str = "") -> str:
    """The text of a policy file around its rules."""
    start = f"version: 1\npolicy: {name}\ntitle: A policy\nowner: {{team: Care, contact: care@example.com}}\n"
    return (
        start
        + (dedent(head).rstrip() + "\n" if head else "")
        + "rules:\n"
        + indent(dedent(rules).strip("\n"), "  ")
        + "\n"
    )


def rule(when: str, then: str, *, name: str = "only", mode: str = "enforce") -> str:
    """The text of a policy file with one rule."""
    return policy(f"- rule: {name}\n  mode: {mode}\n  when: {when}\n  then: {then}")


def topics(*names: str) -> dict[str, str]:
    return {f"topics/{name}.yaml": TOPIC.format(name=name) for name in names}


def approval(rules: str, *, head: str = "", declared: Declared | None = None) -> PolicySet:
    """A set with one approval file, and the topics refund and churn."""
    files = {"approval/first.yaml": policy(rules, head=head), **topics("refund", "churn")}
    return load(files, declared or Declared())


def problems(text: str, *, file: str = "approval/first.yaml", declared: Declared | None = None) -> list[Problem]:
    """What is wrong with one file, in a set that knows the topics refund and churn."""
    return check({file: text, **topics("refund", "churn")}, declared or Declared())


def said(text: str, *, file: str = "approval/first.yaml", declared: Declared | None = None) -> list[str]:
    """The same as `line:column: message`."""
    return [f"{one.line}:{one.column}: {one.message}" for one in problems(text, file=file, declared=declared)]


def facts(**changed: Any) -> dict[str, Any]:
    """Harmless facts of a sound draft; `draft__length=3` changes `draft.length`."""
    return {**DEFAULTS, **{name.replace("__", "."): value for name, value in changed.items()}}
