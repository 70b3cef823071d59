"""The policies in force: loaded from files, looked at every second, replaced all at once or not at all."""

import asyncio
from pathlib import Path

import structlog

from gateway.policy import Declared, PolicyErrors, PolicySet, load
from gateway.store import policies as rows
from gateway.store.database import Database

log = structlog.get_logger()


class InForce:
    """Holds one set. Raises PolicyErrors where the first one cannot be loaded."""

    def __init__(self, folder: Path, database: Database, declared: Declared) -> None:
        self._folder = folder
        self._database = database
        self._declared = declared
        self._seen = _stamp(folder)
        self.current: PolicySet = load(folder, declared)
        self.problems: tuple[str, ...] = ()

    async def keep(self) -> None:
        """Keep the set's text, so that what it decides can be explained later."""
        await rows.keep_set(self._database, self.current.version, self.current.files)

    async def reload(self) -> None:
        """Take a changed folder into force. A bad edit changes nothing but `problems`."""
        stamp = await asyncio.to_thread(_stamp, self._folder)
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            found = await asyncio.to_thread(load, self._folder, self._declared)
        except PolicyErrors as error:
            self.problems = tuple(str(problem) for problem in error.problems)
            log.error("an edit of the policies is refused; the last good set stays", problems=self.problems)
            return
        self.problems = ()
        if found.version != self.current.version:
            await rows.keep_set(self._database, found.version, found.files)
            log.info("policies replaced", before=self.current.version[:12], after=found.version[:12])
            self.current = found


def _stamp(folder: Path) -> frozenset[tuple[str, int, int]]:
    """What tells that something changed: names, sizes and times of the files."""
    return frozenset(
        (str(path), stat.st_mtime_ns, stat.st_size) for path in folder.rglob("*.yaml") if (stat := path.stat())
    )
