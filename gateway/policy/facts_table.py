"""Shows the catalogue of facts: as a table for people, in a README and on a terminal."""

import textwrap
from collections.abc import Iterable, Mapping

from gateway.policy.catalogue import CATALOGUE
from gateway.policy.facts import Fact, FactType, FactValue, Phase

BEGIN, END = "<!-- facts: generated, see `countersign policy generate` -->", "<!-- end of facts -->"
_MANY_WORDS = 24
_WIDTH, _NAME = 100, 25
_PHASES = {
    Phase.TICKET: "once the ticket is read: redaction, models, approval, escalation",
    Phase.SCREENED: "once the text is screened: models, approval, escalation",
    Phase.GROUNDED: "once passages are found: models, approval, escalation",
    Phase.DRAFTED: "once there is a draft: approval, escalation",
}


def render_facts(catalogue: Mapping[str, Fact] = CATALOGUE) -> str:
    """Every fact as text for a terminal: name, type, meaning, an example, and its words where they are closed."""
    lines: list[str] = []
    for phase, facts in _by_phase(catalogue):
        lines += ["", f"{phase.word.upper()}  known {_PHASES[phase]}"]
        for fact in facts:
            kind = f"{fact.type}, {fact.unit}" if fact.unit else str(fact.type)
            told = f"{fact.meaning} ({kind}), as in {shown(fact.example)}{_words(fact)}"
            first, *rest = textwrap.wrap(told, _WIDTH - _NAME - 3, break_long_words=False)
            lines.append(f"  {fact.name:<{_NAME}} {first}")
            lines += [f"  {'':<{_NAME}} {line}" for line in rest]
    return "\n".join(lines[1:])


def markdown_facts(catalogue: Mapping[str, Fact] = CATALOGUE) -> str:
    """The same as tables in Markdown, between the marks that `policies/README.md` keeps for it."""
    lines = [BEGIN]
    for phase, facts in _by_phase(catalogue):
        lines += [
            "",
            f"**{phase.word}**: known {_PHASES[phase]}.",
            "",
            "| fact | type | meaning | example |",
            "|---|---|---|---|",
        ]
        for fact in facts:
            lines.append(
                f"| `{fact.name}` | {fact.shown_type} | {fact.meaning}{_words(fact)} | `{shown(fact.example)}` |"
            )
    return "\n".join([*lines, "", END])


def with_facts(readme: str, catalogue: Mapping[str, Fact] = CATALOGUE) -> str:
    """A README with its table of facts brought up to date. Raises ValueError where the marks are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the marks {BEGIN} and {END} are missing")
    return before + markdown_facts(catalogue) + after


def shown(value: FactValue) -> str:
    """A value as it is written in a condition."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f'"{name}": {score}' for name, score in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(f'"{item}"' for item in value) + "]"
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if hasattr(value, "strftime") else str(value)


def _by_phase(catalogue: Mapping[str, Fact]) -> Iterable[tuple[Phase, list[Fact]]]:
    return [(phase, [fact for fact in catalogue.values() if fact.phase is phase]) for phase in Phase]


def _words(fact: Fact) -> str:
    if not fact.values:
        return ""
    words = [word for word in fact.values if word]
    if len(words) > _MANY_WORDS:
        return "; ISO 639-1"
    kind = "each of" if fact.type is FactType.LIST else "one of"
    return f"; {kind} {', '.join(words)}"
