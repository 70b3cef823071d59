"""What a rule may do: the effects, as they stand in a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.policy.hours import Within
from gateway.policy.sentence import Sentence
from gateway.policy.words import Masking, Verdict


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who has to agree before a draft goes out: `count` different people of `group`.

    `four_eyes`: whoever edited the draft or asked for it does not count as an approver. `open_sources`: on the page,
    nobody approves who has not opened one of the draft's sources.
    """

    group: str
    count: int = 1
    four_eyes: bool = False
    open_sources: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Where a ticket goes. `within`: how long people have, before the next step happens."""

    team: str | None = None
    priority: str | None = None
    within: Within | None = None
    tags: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalate(Step):
    """An escalation: its first step, and those that follow when a deadline passes and nobody acted."""

    next: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which models write a draft.

    `route`: names from `countersign.yaml` in the order of trying; of several matching rules the one with the highest
    `rank` sets it, among equals the first by name. `only`: no other model may see this ticket. `max_cost`: USD for all
    attempts of a run.
    """

    route: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    temperature: float | None = None
    max_cost: Decimal | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Redact:
    """What happens to personal data by kind (`other`: each kind not named). `models`: for these alone; empty: all."""

    kinds: Mapping[str, Masking]
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything under a rule's `then`."""

    reply: Verdict | None = None
    approvers: tuple[Approvers, ...] = ()
    escalate: Escalate | None = None
    model: ModelChoice | None = None
    redact: Redact | None = None
    because: Sentence = field(default_factory=Sentence)

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that the rule asks for: escalating and naming approvers both need a person."""
        if self.reply is None and (self.escalate or self.approvers):
            return Verdict.REVIEW
        return self.reply
