"""A kept decision as the page explains it: rules in the order of their weight, each with its conditions."""

from typing import Any

from gateway.pages.places import place
from gateway.pages.shapes import Shape


class Condition(Shape):
    """`kind` is `if`, `all`, `any` or `not`; `state` is true, false or unknown; `saw` are facts and their values."""

    kind: str | None = None
    state: str | None = None
    line: int | None = None
    text: str | None = None
    saw: dict[str, Any] | None = None
    trouble: str | None = None
    items: list["Condition"] | None = None


class Rule(Shape):
    rule: str | None = None
    title: str | None = None
    file: str | None = None
    line: int | None = None
    mode: str | None = None
    state: str | None = None
    when: Condition | None = None

    @property
    def place(self) -> str | None:
        """Where to edit it."""
        return f"{self.file}:{self.line}" if self.file and self.line is not None else self.file

    def address(self, version: str | None, line: int | None) -> str | None:
        """The page of one of its lines, in the set that decided; None where that was not kept."""
        return place(self.file, line, version) if self.file and version and line is not None else None

    @property
    def binds(self) -> bool:
        return self.mode != "observe"


class Held(Shape):
    name: str | None = None
    because: str | None = None


class Approvers(Shape):
    group: str | None = None
    count: int | None = None


class Escalation(Shape):
    team: str | None = None
    priority: str | None = None
    due: str | None = None
    tags: list[str] | None = None


class Observed(Shape):
    matched: list[str] | None = None
    verdict: str | None = None
    changes: bool | None = None


class Explanation(Shape):
    """What the policies said. `tried` is None where the decision was kept without its rules."""

    because: list[str] | None = None
    floor: list[Held] | None = None
    lowered: bool | None = None
    approvers: list[Approvers] | None = None
    escalation: Escalation | None = None
    observed: Observed | None = None
    version: str | None = None
    tried: list[Rule] | None = None

    @property
    def telling(self) -> list[Rule]:
        """Rules that applied or could not be worked out, those that bind first."""
        found = [rule for rule in self.tried or () if rule.state != "false"]
        return sorted(found, key=lambda rule: (not rule.binds, rule.state != "true"))

    @property
    def silent(self) -> list[Rule]:
        """Rules that did not apply."""
        return [rule for rule in self.tried or () if rule.state == "false"]


def in_words(value: Any) -> str:
    """A fact's value as a person writes it."""
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
        case list():
            return ", ".join(in_words(item) for item in value) or "none"
        case dict():
            return ", ".join(f"{name} {in_words(item)}" for name, item in value.items()) or "none"
        case "":
            return "empty"
    return str(value)
