"""The sentence an agent reads: `because`, which may quote facts in braces."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MAX_LENGTH = 300
_QUOTED_LENGTH = 60
_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with places for facts."""

    text: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that it quotes."""
        return tuple(match.group(1).strip() for match in _PART.finditer(self.text) if match.group(1) is not None)

    def stray(self) -> int | None:
        """Where a brace stands alone, counted in characters; None when all is in order."""
        return next((match.start() for match in _PART.finditer(self.text) if match.group() in ("{", "}")), None)

    def say(self, values: Mapping[str, Any]) -> str:
        """The sentence with what the facts are; an unknown one is called unknown."""
        return _PART.sub(lambda match: _part(match, values), self.text)


def _part(match: re.Match[str], values: Mapping[str, Any]) -> str:
    if match.group(1) is None:
        return match.group()[0]
    return in_words(values.get(match.group(1).strip()))


def in_words(value: Any) -> str:
    """A fact's value as a person writes it: short, one line."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal) and int(value.as_tuple().exponent) in (-1, -2):
        return f"{value:.2f}"  # money keeps its cents
    if isinstance(value, int | float | Decimal):
        return f"{value:.4f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
    if isinstance(value, Mapping):
        text = ", ".join(f"{name} {in_words(score)}" for name, score in value.items())
    elif isinstance(value, list | tuple):
        text = ", ".join(str(item) for item in value)
    else:
        text = str(value)
    text = " ".join(text.split())
    return (text[: _QUOTED_LENGTH - 3] + "...") if len(text) > _QUOTED_LENGTH else text or "none"
