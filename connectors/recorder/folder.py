"""Where recordings go, under which names, and how they are scrubbed once more when everybody is known."""

import itertools
import json
import re
from collections.abc import Iterable
from pathlib import Path

from connectors.recorder.scrub import Scrubber

WEBHOOKS, ANSWERS, HEADERS = "webhooks", "answers", "headers"
LONGEST = 90  # characters of a name


class Folder:
    """`webhooks/` and `answers/` hold bodies alone, as the tests read them; `headers/` what came with each."""

    def __init__(self, place: Path, scrubber: Scrubber) -> None:
        self.scrubber = scrubber
        self._place = place
        self._written: list[Path] = []

    def delivery(self, headers: Iterable[tuple[str, str]], body: bytes) -> Path:
        """The name's first part must be changed to the event that it becomes: the recorder cannot know."""
        return self._keep(WEBHOOKS, "unsorted__delivery", headers, body)

    def answer(self, method: str, path: str, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Path:
        error = f"error__{status}_" if status >= 400 else ""
        return self._keep(ANSWERS, f"{error}{method}_{self.scrubber.text(path)}", headers, body)

    def finish(self) -> None:
        """What was written before somebody was met may still name them."""
        for file in self._written:
            text, _ = self.scrubber.body(file.read_bytes())
            file.write_text(text, "utf-8")

    def _keep(self, kind: str, name: str, headers: Iterable[tuple[str, str]], body: bytes) -> Path:
        text, is_json = self.scrubber.body(body)
        file = self._free(kind, slug(name), "json" if is_json else "txt")
        self._write(file, text)
        beside = self._place / HEADERS / kind / f"{file.stem}.json"
        self._write(beside, json.dumps(self.scrubber.document(dict(headers)), indent=2) + "\n")
        return file

    def _free(self, kind: str, stem: str, suffix: str) -> Path:
        folder = self._place / kind
        file = folder / f"{stem}.{suffix}"
        for number in itertools.count(2):
            if not file.exists():
                break
            file = folder / f"{stem}_{number}.{suffix}"
        return file

    def _write(self, file: Path, text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        self._written.append(file)


def slug(name: str) -> str:
    """A file's name from anything: small letters, digits and underscores, where `__` keeps its meaning."""
    parts = [re.sub(r"[^a-z0-9]+", "_", part.lower()).strip("_") for part in name.split("__")]
    return "__".join(part for part in parts if part)[:LONGEST].strip("_") or "root"
