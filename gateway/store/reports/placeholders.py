"""Keeps masked what was masked before the model: a report shows placeholders and never the values behind them.

A draft's text has its values restored, because the requester must read them. Whoever reads a report need not.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

LITERAL = "LITERAL"  # text of the ticket that merely looks like a placeholder: nothing personal


class Mask:
    """The values of one run and their placeholders. `entries` as the screening keeps them: kind, value, name."""

    def __init__(self, entries: Iterable[Any]) -> None:
        self._names: dict[str, str] = {}
        for entry in entries:
            match entry:
                case [str(kind), str(value), str(name)] if kind != LITERAL and value.strip():
                    self._names[value.casefold()] = name

    @classmethod
    def of(cls, screened: Any) -> "Mask | None":
        """From the kept content of the screen step; None where it was erased or has no values to tell."""
        vault = screened.get("vault") if isinstance(screened, Mapping) else None
        entries = vault.get("entries") if isinstance(vault, Mapping) else None
        return cls(entries) if isinstance(entries, list) else None

    def over(self, value: Any) -> Any:
        """A JSON value with every masked value in its strings replaced."""
        if isinstance(value, str):
            return self._over_text(value)
        if isinstance(value, Mapping):
            return {key: self.over(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.over(item) for item in value]
        return value

    def _over_text(self, text: str) -> str:
        # Only values that occur go into the pattern: a hostile ticket may have brought thousands.
        folded = text.casefold()
        found = sorted((value for value in self._names if value in folded), key=len, reverse=True)
        if not found:
            return text
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, found))})(?!\w)", re.IGNORECASE)
        return pattern.sub(lambda match: self._names.get(match.group().casefold(), "<MASKED>"), text)
