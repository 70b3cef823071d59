"""A policy and its rules, as they stand in one file."""

from dataclasses import dataclass

from gateway.policy.condition import Condition
from gateway.policy.effects import Effects
from gateway.policy.hours import Hours
from gateway.policy.words import Mode


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a file."""

    team: str
    contact: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition and its effect. `line` and `column` are where its name stands."""

    name: str
    policy: str
    folder: str
    file: str
    line: int
    column: int
    mode: Mode
    when: Condition
    then: Effects
    hours: Hours

    @property
    def id(self) -> str:
        """`refunds/large-refund`: unique within a folder."""
        return f"{self.policy}/{self.name}"

    @property
    def binds(self) -> bool:
        return self.mode is Mode.ENFORCE


@dataclass(frozen=True, slots=True)
class Policy:
    """One file of rules."""

    name: str
    folder: str
    file: str
    title: str
    owner: Owner
    why: str
    hours: Hours
    rules: tuple[Rule, ...]
