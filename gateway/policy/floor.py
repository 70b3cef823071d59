"""What no policy file can allow: reasons for which a draft never goes out without a person."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

INJECTION_SCORE = 0.5
"""From this score on, a ticket counts as one that tries to instruct the model."""

TOPICS_FOR_PEOPLE = ("legal_threat", "self_harm", "safety")
UNSOUND = (
    "empty", "cut_off", "refusal", "invented_link", "invented_contact", "foreign_link", "invented_quote",
    "invented_name", "invented_order", "personal_data_of_others", "prompt_leak", "template_syntax", "internal_quoted",
    "echo", "wrong_language",
)  # fmt: skip
"""Findings with which nothing goes out, however grave the check took them to be."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One reason that stands in the way of sending."""

    name: str
    says: str
    facts: tuple[str, ...]
    holds: Callable[[Mapping[str, Any]], bool]


BARS = (
    Bar(
        "injection",
        "Something in the ticket tries to instruct the model.",
        ("screen.injection", "screen.injection_score"),
        lambda facts: facts["screen.injection"] or facts["screen.injection_score"] >= INJECTION_SCORE,
    ),
    *(
        Bar(
            topic.replace("_", "-"),
            f"The ticket is about {topic.replace('_', ' ')}.",
            ("screen.topics",),
            lambda facts, topic=topic: facts["screen.topics"].get(topic, 0) > 0,  # type: ignore[misc]
        )
        for topic in TOPICS_FOR_PEOPLE
    ),
    Bar(
        "unknown-placeholder",
        "The draft holds a placeholder that stands for nothing.",
        ("draft.findings",),
        lambda facts: "unknown_placeholder" in facts["draft.findings"],
    ),
    Bar(
        "missing-citation",
        "The draft cites no source.",
        ("draft.citations",),
        lambda facts: facts["draft.citations"] < 1,
    ),
    Bar(
        "uncited-claim",
        "The draft states something without a source.",
        ("draft.uncited_claims",),
        lambda facts: facts["draft.uncited_claims"] > 0,
    ),
    Bar("refusal", "The model did not answer.", ("draft.refusal",), lambda facts: facts["draft.refusal"]),
    Bar(
        "unsound-draft",
        "The checks found something in the draft that must not go out.",
        ("draft.findings", "draft.stops"),
        lambda facts: bool(facts["draft.stops"]) or any(finding in UNSOUND for finding in facts["draft.findings"]),
    ),
    Bar(
        "changed-ticket",
        "The ticket changed since it was read.",
        ("ticket.changed",),
        lambda facts: facts["ticket.changed"],
    ),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A bar that holds in one decision; `because` is the sentence for an agent."""

    name: str
    because: str


def held(facts: Mapping[str, Any]) -> tuple[Held, ...]:
    """Every bar that stands in the way of sending. A bar whose fact is unknown holds."""
    return tuple(_held(facts))


def _held(facts: Mapping[str, Any]) -> Iterator[Held]:
    for bar in BARS:
        missing = [name for name in bar.facts if name not in facts]
        if missing:
            yield Held(bar.name, f"{missing[0]} is not known.")
        elif bar.holds(facts):
            yield Held(bar.name, bar.says)
