"""Reads one file of rules."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo, available_timezones

from gateway.policy.condition import read_condition
from gateway.policy.effects_file import read_effects
from gateway.policy.errors import did_you_mean
from gateway.policy.facts import Declared
from gateway.policy.hours import Hours, Span, read_days, read_span
from gateway.policy.reader import Reader
from gateway.policy.rules import Owner, Policy, Rule
from gateway.policy.scope import Scope
from gateway.policy.words import Mode
from gateway.policy.yamltree import Fields, Node, Scalar

POLICY_KEYS = ("version", "policy", "title", "owner", "why", "timezone", "business_hours", "rules")
RULE_KEYS = ("rule", "mode", "when", "then")
LANGUAGE_VERSION = "1"
MAX_RULES = 300
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def read_policy(reader: Reader, scope: Scope) -> Policy | None:
    """The policy of a file; None where it is not even a map. Mistakes are noted in the reader."""
    parts = read_head(reader, "policy", POLICY_KEYS, ("rules",))
    if not parts:
        return None
    hours = _hours(reader, parts)
    name = read_file_name(reader, parts.get("policy"))
    rules = []
    found = reader.items(parts["rules"], what="rules") if "rules" in parts else ()
    if len(found) > MAX_RULES:
        reader.problem(parts["rules"], f"more than {MAX_RULES} rules: split this file")
    for node in found[:MAX_RULES]:
        rule = _rule(reader, node, scope, name, hours)
        if rule is not None:
            rules.append(rule)
    _twice(reader, found[:MAX_RULES])
    title = reader.text(parts.get("title"), what="title") or ""
    why = reader.text(parts.get("why"), what="why", longest=400) or ""
    owner = read_owner(reader, parts.get("owner"))
    return Policy(name, scope.folder.name, reader.file, title, owner, why, hours, tuple(rules))


def read_head(reader: Reader, kind: str, keys: tuple[str, ...], more: tuple[str, ...]) -> dict[str, Node]:
    """The entries of a file, with `version` checked."""
    root = reader.document.root
    if root is None:
        if not reader.document.mistakes:
            reader.problem(Scalar("", 1, 1, 0, 0), "this file is empty")
        return {}
    parts = reader.fields(root, keys, ("version", kind, "title", "owner", *more), what=f"a {kind} file")
    version = reader.text(parts.get("version"), what="version")
    if version is not None and version != LANGUAGE_VERSION:
        reader.problem(
            parts["version"], f"version {version[:20]} is not known; this gateway reads version {LANGUAGE_VERSION}"
        )
    return parts


def read_file_name(reader: Reader, node: Node | None) -> str:
    """The name in a file, which has to be the file's own."""
    stem = PurePosixPath(reader.file).name.partition(".")[0]
    name = reader.text(node, what="the name")
    if name is not None and node is not None and name != stem:
        reader.problem(node, f'"{name[:60]}" has to be the name of the file, "{stem}": change one of them')
    return stem


def read_owner(reader: Reader, node: Node | None) -> Owner:
    """Team and contact, both asked for."""
    parts = reader.fields(node, ("team", "contact"), ("team", "contact"), what="owner")
    team = reader.text(parts.get("team"), what="team")
    return Owner(team or "", reader.text(parts.get("contact"), what="contact") or "")


def _rule(reader: Reader, node: Node, scope: Scope, policy: str, hours: Hours) -> Rule | None:
    parts = reader.fields(node, RULE_KEYS, ("rule", "when", "then"), what="a rule")
    name = reader.text(parts.get("rule"), what="rule")
    if name is not None and not _NAME.fullmatch(name):
        reader.problem(parts["rule"], f'"{name[:60]}": a rule is named in lower case with hyphens, as in large-refund')
        name = None
    mode = reader.name(parts.get("mode"), what="mode", known=[str(mode) for mode in Mode])
    if mode == Mode.OBSERVE:
        scope = replace(scope, declared=Declared())  # what binds nobody may name what nobody has declared yet
    when = read_condition(reader, parts["when"], scope) if "when" in parts else None
    then = read_effects(reader, parts["then"], scope) if "then" in parts else None
    if name is None or when is None or then is None:
        return None
    line, column = parts["rule"].line, parts["rule"].column
    return Rule(
        name, policy, scope.folder.name, reader.file, line, column, Mode(mode or Mode.ENFORCE), when, then, hours
    )


def _twice(reader: Reader, rules: Sequence[Node]) -> None:
    """The same rule name twice in a file."""
    lines: dict[str, int] = {}
    for node in rules:
        key = node.pairs.get("rule") if isinstance(node, Fields) else None
        if key is None or not isinstance(key[1], Scalar):
            continue
        if key[1].value in lines:
            reader.problem(key[1], f'the rule name "{key[1].value[:60]}" is taken (line {lines[key[1].value]})')
        lines.setdefault(key[1].value, key[1].line)


def _hours(reader: Reader, parts: Mapping[str, Node]) -> Hours:
    zone = reader.read(parts.get("timezone"), _zone, what="timezone") or "UTC"
    if "business_hours" not in parts:
        return Hours(zone)
    week: list[Span | None] = [None] * 7
    for key, value in reader.each(parts["business_hours"], what="business_hours"):
        days = reader.read(key, read_days, what="business_hours")
        written = reader.text(value, what=key.value)
        if days is None or written is None:
            continue
        try:
            span = read_span(written)
        except ValueError as error:
            reader.problem(value, f"business_hours: {error}")
            continue
        for day in days:
            week[day] = span
    if not any(week) and not any(problem.line >= parts["business_hours"].line for problem in reader.problems):
        reader.problem(parts["business_hours"], "nobody is ever there: give at least one day with hours")
    return Hours(zone, tuple(week))


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        hint = did_you_mean(text, sorted(available_timezones()))
        raise ValueError(f'there is no time zone "{text[:60]}".{hint}') from None
