"""Keeps replacements out of the way while the rest of a text is looked at, so that none is replaced again."""

import re

BEGIN, END, ZERO = "\ue000", "\ue001", 0xE010  # of nobody's alphabet: no pattern takes them for letters or digits
SEAT = re.compile(f"{BEGIN}([{chr(ZERO)}-{chr(ZERO + 9)}]+){END}")
TAKEN = dict.fromkeys([ord(BEGIN), ord(END), *range(ZERO, ZERO + 10)], "?")


class Held:
    """The replacements of one text. A call puts a seat into the text, `given_back` puts the replacement there."""

    def __init__(self) -> None:
        self._held: list[str] = []

    def __call__(self, replacement: str) -> str:
        number = "".join(chr(ZERO + int(digit)) for digit in str(len(self._held)))
        self._held.append(replacement)
        return f"{BEGIN}{number}{END}"

    def given_back(self, text: str) -> str:
        return SEAT.sub(self._replacement, text)

    @staticmethod
    def clean(text: str) -> str:
        """A stranger's text has no seats of ours in it."""
        return text.translate(TAKEN)

    def _replacement(self, seat: re.Match[str]) -> str:
        return self._held[int("".join(str(ord(digit) - ZERO) for digit in seat[1]))]
