"""The policies in force: what was published last, the same for every process, replaced all at once or not at all."""

import asyncio
import os
import socket
from collections.abc import Sequence
from pathlib import Path

import structlog

from gateway import telemetry
from gateway.errors import ConfigurationInvalid, DatabaseUnavailable
from gateway.policy import Declared, PolicyErrors, PolicySet, load
from gateway.store import policies as rows
from gateway.store.database import Database

EVERY = 0.5  # seconds between two looks, so that a change is in force within a second or two
SETTLES = 0.2  # seconds: a folder that still changes is being written, and is looked at again
DEEPEST = 4  # folders below the folder: a link that leads back up ends there
log = structlog.get_logger()
Stamp = frozenset[tuple[str, int, int, int]]


class InForce:
    """Holds the published set. With `watch` it also publishes what it sees change in the folder."""

    def __init__(self, folder: Path, database: Database, declared: Declared, *, watch: bool) -> None:
        self._folder = folder
        self._database = database
        self._declared = declared
        self._watch = watch
        self._seen: Stamp | None = None
        self._publication: int | None = None
        self._current: PolicySet | None = None
        self._refused: dict[str, tuple[str, ...]] = {"folder": (), "published": ()}

    @property
    def current(self) -> PolicySet:
        """What decides. Only after `begin`."""
        assert self._current is not None, "no set of policies is in force yet"
        return self._current

    @property
    def problems(self) -> tuple[str, ...]:
        """Why what stands in the folder, or what was published, is not in force here; empty where all is well."""
        return self._refused["folder"] + self._refused["published"]

    async def begin(self) -> None:
        """Take the published set into force; a new installation publishes its folder first, and so does a watcher
        whose folder was edited meanwhile. Raises ConfigurationInvalid where there is no set that can be loaded."""
        if await rows.newest(self._database) is None:
            await self._publish_first()
        if self._watch:
            await self._look()
        else:
            await rows.forget_edit(self._database)
        await self._follow()
        if self._current is None:
            raise ConfigurationInvalid([f"published policies: {problem}" for problem in self._refused["published"]])

    async def _publish_first(self) -> None:
        try:
            found = await asyncio.to_thread(load, self._folder, self._declared)
        except PolicyErrors as error:
            raise ConfigurationInvalid([f"{self._folder}/{problem}" for problem in error.problems]) from None
        await rows.publish(
            self._database, found.version, found.files, by=_here(), reason="the first start", where="folder"
        )

    async def told(self) -> str:
        """What is in force here, in a line for whoever runs it."""
        if self._refused["published"]:
            version, first = self.current.version[:12], _place(self._refused["published"])
            return f"version {version} stays in force here: what is published does not fit this installation, {first}"
        return await told(self._database)

    async def keep_current(self) -> None:
        """Follow what is published, for as long as the process lives."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.renew()
            except DatabaseUnavailable:
                continue
            except Exception as error:
                log.exception("the policies could not be looked at", error=type(error).__name__)

    async def renew(self) -> None:
        """Publish an edit of the watched folder, then take the newest publication into force."""
        if self._watch:
            await self._look()
        await self._follow()

    async def _look(self) -> None:
        stamp = await asyncio.to_thread(_stamp, self._folder)
        if stamp == self._seen:
            return
        await asyncio.sleep(SETTLES)
        if stamp != await asyncio.to_thread(_stamp, self._folder):
            return
        try:
            found = await asyncio.to_thread(load, self._folder, self._declared)
        except PolicyErrors as error:
            self._refuse("folder", error, "an edit of the policies is refused; the last good set stays")
            await rows.refuse_edit(self._database, self._refused["folder"])
        else:
            await rows.publish_edit(
                self._database, found.version, found.files, by=_here(), reason="the folder was edited"
            )
            self._accept("folder")
        self._seen = stamp

    async def _follow(self) -> None:
        newest = await rows.newest(self._database)
        if newest is None or newest[0] == self._publication:
            return
        number, version = newest
        if self._current is None or version != self._current.version:
            files = await rows.set_files(self._database, version)
            try:
                found = await asyncio.to_thread(load, files or {}, self._declared)
            except PolicyErrors as error:
                self._refuse("published", error, "the published policies do not fit this installation")
                self._publication = number
                return
            before = self._current.version[:12] if self._current else None
            self._current = found
            log.info("policies in force", before=before, now=version[:12])
        self._accept("published")
        self._publication = number

    def _refuse(self, what: str, error: PolicyErrors, sentence: str) -> None:
        self._refused[what] = tuple(str(problem) for problem in error.problems)
        telemetry.policy_reload_failed.set(1)
        log.error(sentence, problems=self._refused[what])

    def _accept(self, what: str) -> None:
        self._refused[what] = ()
        telemetry.policy_reload_failed.set(bool(self.problems))


def _here() -> str:
    return f"countersign on {socket.gethostname()}"


def _stamp(folder: Path) -> Stamp:
    """What tells that something changed: names, times and sizes of the files. Links are followed."""
    found = set()
    for parent, folders, files in os.walk(folder, followlinks=True):
        deep = parent.count(os.sep) - str(folder).count(os.sep) >= DEEPEST
        folders[:] = [] if deep else [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and name.endswith((".yaml", ".yml")):
                found.add(_of(os.path.join(parent, name)))
    return frozenset(found)


def _of(path: str) -> tuple[str, int, int, int]:
    try:
        stat = os.stat(path)
    except OSError:
        return path, 0, 0, 0
    return path, stat.st_ino, stat.st_mtime_ns, stat.st_size


async def told(database: Database) -> str:
    """What is in force, in a line for whoever runs it. It names places in files and never quotes them."""
    published = await rows.newest(database)
    if published is None:
        return "no set is published yet"
    refused = await rows.refused_edit(database)
    if refused is None:
        return f"version {published[1][:12]} is in force"
    return f"version {published[1][:12]} stays in force: an edit of the files is refused, {_place(refused.problems)}"


def _place(problems: Sequence[str]) -> str:
    first = ":".join(problems[0].split(":")[:3])
    return f"see {first}" + (f" and {len(problems) - 1} more" if len(problems) > 1 else "")
