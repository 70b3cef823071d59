"""Takes people and secrets out of what was recorded. The same value always becomes the same replacement.

It finds what a key names and what a pattern shows, and then every known name in any text. What a person wrote about
a third one is beyond it: somebody reads a recording before it is committed.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from connectors.recorder.held import Held
from connectors.recorder.keys import Kind, kind_of
from connectors.recorder.known import Known, folded
from connectors.recorder.patterns import EMAIL, PATTERNS

SHOWN = {
    Kind.NAME: "Person {}",
    Kind.ADDRESS: "Place {}",
    Kind.PHONE: "+1 555 010 {:04}",
    Kind.SECRET: "scrubbed-{}",
    Kind.UUID: "00000000-0000-4000-8000-{:012}",
    Kind.WORD: "Word{}",
}
OURS = re.compile(
    r"person-\d+\S{1,12}example\.com|Person \d+|Place \d+|\+1 555 010 \d{4,}|scrubbed-\d+|192\.0\.2\.\d+|2001:db8::\w+|"
    r"00000000-0000-4000-8000-\d{12}|Word\d+|file-\d+(\.\w{1,8})?"
)
HOST = "desk.example"
NUMBER = 15_550_100_000  # a phone number or a secret that JSON holds as a number begins here


class Scrubber:
    """One recording's memory of who is who. `words`: what else must go, such as the company's name. `host`: where the
    help desk is, for its own links."""

    def __init__(self, words: Iterable[str] = (), host: str | None = None) -> None:
        self._numbers: dict[tuple[Kind, str], int] = {}
        self._counts: Counter[Kind] = Counter()
        self._names = Known()
        self._anywhere = Known()
        if host is not None:
            self._anywhere.add(host, HOST)
        for word in words:
            self._anywhere.add(word, self._instead(Kind.WORD, word))

    def body(self, body: bytes) -> tuple[str, bool]:
        """A body as a fixture, and whether it is JSON. What is no JSON is scrubbed as text."""
        try:
            clean = self.document(json.loads(body))
            shown = json.dumps(clean, indent=2, ensure_ascii=False)
            if not storable(shown):
                shown = json.dumps(clean, indent=2)
        except (ValueError, RecursionError):
            return self.text(body.decode("utf-8", "replace")), False
        return f"{shown}\n", True

    def document(self, value: Any) -> Any:
        """First everybody is met, then everything is rewritten: a text may name who comes later."""
        self._meet(value, "", "")
        return self._rewritten(value, "", "")

    def text(self, text: str) -> str:
        """A text without what a pattern shows, and without any name that is known."""
        held = Held()
        text = OURS.sub(lambda found: held(found[0]), held.clean(text))
        text = EMAIL.sub(lambda found: held(self._email(found)), text)
        for kind, pattern in PATTERNS:
            text = pattern.sub(partial(self._part, kind, held), text)
        text = self._anywhere.without(text)
        # A word in small letters alone is rather the vendor's, such as a status that somebody is called like.
        text = self._names.without(text) if " " in text or text != text.lower() else text
        return held.given_back(text)

    def secret(self, value: str) -> None:
        """A credential that is known, wherever it comes back."""
        self._anywhere.add(value, self._instead(Kind.SECRET, value))

    def _meet(self, value: Any, key: str, parent: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                self._meet(inner, str(name), key)
        elif isinstance(value, list):
            for inner in value:
                self._meet(inner, key, parent)
        elif isinstance(value, str) and _is_name(value, kind_of(key, parent)):
            name = EMAIL.sub(" ", value).strip(' <>"')
            if name and not OURS.fullmatch(name):
                instead = self._instead(Kind.NAME, name)
                for part in (name, *name.split()):
                    self._names.add(part, instead)

    def _rewritten(self, value: Any, key: str, parent: str) -> Any:
        if isinstance(value, dict):
            return {self.text(str(name)): self._rewritten(inner, str(name), key) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._rewritten(inner, key, parent) for inner in value]
        kind = kind_of(key, parent)
        if isinstance(value, str):
            return self._string(value, kind)
        if kind in (Kind.SECRET, Kind.PHONE) and isinstance(value, int | float) and not isinstance(value, bool):
            return value if value > NUMBER and value < NUMBER + 10**6 else NUMBER + self._number(kind, str(value))
        return value

    def _string(self, value: str, kind: Kind | None) -> str:
        if not value.strip() or OURS.fullmatch(value):
            return value
        if kind is None or (kind is Kind.NAME and not _is_name(value, kind)):
            return self._inside(value)
        if kind is not Kind.SECRET and EMAIL.search(value):
            return self.text(value)
        return self._instead(kind, value)

    def _inside(self, value: str) -> str:
        """A text, or a document that stands in one."""
        if value.lstrip()[:1] in ("{", "["):
            try:
                return json.dumps(self.document(json.loads(value)), ensure_ascii=False)
            except (ValueError, RecursionError):
                return self.text(value)
        return self.text(value)

    def _email(self, found: re.Match[str]) -> str:
        number = self._number(Kind.EMAIL, found[0].replace(found[1], "@"))
        return f"person-{number}{found[1]}example.com"

    def _part(self, kind: Kind, held: Held, found: re.Match[str]) -> str:
        whole, start, end = found[0], found.start(1) - found.start(), found.end(1) - found.start()
        return f"{whole[:start]}{held(self._instead(kind, found[1]))}{whole[end:]}"

    def _instead(self, kind: Kind, value: str) -> str:
        number = self._number(kind, value)
        if kind is Kind.FILE:
            suffix = PurePosixPath(value).suffix
            return f"file-{number}{suffix if re.fullmatch(r'[.][A-Za-z0-9]{1,8}', suffix) else ''}"
        if kind is Kind.IP:
            return f"2001:db8::{number:x}" if ":" in value else f"192.0.2.{number}"
        return SHOWN[kind].format(number)

    def _number(self, kind: Kind, value: str) -> int:
        """Counted in the order of meeting, so that a replacement says nothing of what it stands for."""
        what = (kind, folded(value))
        if what not in self._numbers:
            self._counts[kind] += 1
            self._numbers[what] = self._counts[kind]
        return self._numbers[what]


def storable(text: str) -> bool:
    """Whether it can be written as UTF-8: JSON can hold halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_name(value: str, kind: Kind | None) -> bool:
    """An id or an address under a person's key names nobody by itself."""
    return kind is Kind.NAME and not value.strip().isdigit() and "://" not in value
