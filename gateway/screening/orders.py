"""Order numbers, by the shapes that an account declares: `HT-######` for these letters, a dash and six digits."""

import re
from collections.abc import Iterator, Sequence

Span = tuple[int, int]

_ONE_OR_MORE = 20  # characters that a plus at the end may stand for
_SIGNS = {"#": r"\d", "@": r"[^\W\d_]"}


class OrderNumbers:
    """Finds what has one of the shapes, in any case: `#` is a digit, `@` a letter, a plus at the end says that the last
    one may repeat; everything else stands for itself."""

    __slots__ = ("_pattern",)

    def __init__(self, shapes: Sequence[str]) -> None:
        found = "|".join(_pattern(shape) for shape in sorted(shapes, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![\w])(?:{found})(?![\w])", re.IGNORECASE) if found else None

    def find(self, text: str) -> Iterator[Span]:
        if self._pattern is not None:
            yield from (match.span() for match in self._pattern.finditer(text))


def _pattern(shape: str) -> str:
    """Only the last sign may repeat, so that no shape can make a search slow."""
    stem, many = (shape[:-1], f"{{1,{_ONE_OR_MORE}}}") if shape.endswith(("#+", "@+")) else (shape, "")
    return "".join(_SIGNS.get(sign) or re.escape(sign) for sign in stem) + many
