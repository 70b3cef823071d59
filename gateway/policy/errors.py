"""What can be wrong with policies, said so that an admin can mend it without reading code.

PolicyError
├── PolicyErrors     files that cannot be loaded: every problem at once, each with its place
└── BadExpression    a `--fail-on` expression, or another small text typed by a person, that cannot be read
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any


class PolicyError(Exception):
    """Something about policies is wrong. The message is for an admin."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one place. `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"

    def to_dict(self) -> dict[str, Any]:
        """For editors and CI: file, line, column, message."""
        return asdict(self)


class PolicyErrors(PolicyError):
    """The set cannot be loaded. `problems` holds all of them, in the order of files and lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BadExpression(PolicyError):
    """A text given on the command line cannot be read; the message shows the form that can."""


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """` Did you mean "x"?`, or nothing where no known word is near."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if not near:
        near = [name for name in known if name.rpartition(".")[2] == word][:1]
    return f' Did you mean "{near[0]}"?' if near else ""
