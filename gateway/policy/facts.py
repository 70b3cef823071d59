"""What a fact is: the one description from which checks, tables, completion and explanations are made."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final

FactValue = str | bool | int | float | Decimal | datetime | Sequence[str] | Mapping[str, float]

UNKNOWN: Final = None
"""The value of a fact that nobody could tell. A fact that is absent from a mapping is unknown too. A fact that is known
to be nothing is not unknown: give `""`, `0`, `False`, `[]` or `{}`."""


class FactType(StrEnum):
    """The kinds of values, in the words that an admin reads."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes or no"
    LIST = "list of texts"
    SCORES = "scores by name"
    TIME = "time"


class Phase(IntEnum):
    """When a fact is first known. A rule may only look at facts of its folder's phase or an earlier one."""

    TICKET = 1
    SCREENED = 2
    GROUNDED = 3
    DRAFTED = 4

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a rule may look at.

    `values` closes the list of words that it can take; `default` is what a test assumes when it says nothing;
    `personal` facts are never written into a kept decision.
    """

    name: str
    type: FactType
    phase: Phase
    meaning: str
    example: FactValue
    default: FactValue
    unit: str = ""
    values: tuple[str, ...] = ()
    personal: bool = False

    @property
    def shown_type(self) -> str:
        return f"{self.type} ({self.unit})" if self.unit else str(self.type)


@dataclass(frozen=True, slots=True)
class Declared:
    """What an installation declares outside of the policy files, so that they can be checked against it.

    `custom_fields` maps the key of a ticket's custom field to `text`, `number`, `yes or no` or `list of texts` (or to
    str, float, bool, list); each becomes `ticket.fields.<key>`. `values` replaces the closed list of words of a fact,
    for example the tiers that an organisation has. `models`, `groups`, `teams` and `accounts` are the names in
    `countersign.yaml`; None means "not known here, do not check". Rules in `mode: observe` may name others.
    """

    custom_fields: Mapping[str, str | type] = field(default_factory=dict)
    values: Mapping[str, Collection[str]] = field(default_factory=dict)
    models: Collection[str] | None = None
    groups: Collection[str] | None = None
    teams: Collection[str] | None = None
    accounts: Collection[str] | None = None
