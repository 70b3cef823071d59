"""Several web and worker processes of one installation, of this version or an earlier one, with clocks of their own."""

import contextlib
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from tests.faults.stubs.balancer import Balancer
from tests.house import ROOT, House, free_port, until

MIGRATIONS = "gateway/store/migrations/versions"
FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
START = 400.0  # seconds; six processes that start at once on two busy cores
BACK = 40  # commits
NO_FAKETIME = "libfaketime is not installed (Debian and Ubuntu: apt-get install libfaketime)"


class DoesNotRun(Exception):
    """A command failed, with what it said."""


class Fleet(House):
    """A house whose processes are started one by one. The help desk speaks to whichever web process is next."""

    ports: dict[str, int]
    balancer: Balancer

    def begin(self, *, web: int, workers: int, tree: Path = ROOT, version: str = "") -> "Fleet":
        """The desk, web processes and workers, all of a version, started together."""
        self.ports = {}
        self.balancer = Balancer(self.web_port, [])
        self.start_desk()
        self.add(web=web, workers=workers, tree=tree, version=version)
        return self

    def add(self, *, web: int = 0, workers: int = 0, tree: Path = ROOT, version: str = "", hours: int = 0) -> list[str]:
        """More processes, of the version that stands in `tree`; their names. `hours`: how wrong their clocks are."""
        webs = [f"web {version}{number}" for number in range(1, web + 1)]
        names = [*webs, *(f"worker {version}{number}" for number in range(1, workers + 1))]
        for name in names:
            self._launch(name, tree, hours)
        for name in webs:
            until(lambda name=name: self.answers(name, "/livez"), f"{name} answers", START)  # type: ignore[misc]
            self.balancer.ports.append(self.ports[name])
        for name in names[web:]:
            until(lambda name=name: "the worker is ready" in self.log(name), f"{name} is ready", START)  # type: ignore[misc]
        return names

    def answers(self, name: str, path: str) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=5).is_success
        return False

    def drain(self, name: str, within: float) -> float:
        """SIGTERM, as a rollout sends it, once nobody is led there any more; how many seconds it took to end."""
        if name in self.ports:
            self.balancer.ports.remove(self.ports[name])
        began = time.monotonic()
        self.signal(name, signal.SIGTERM)
        until(lambda: self.processes[name].poll() is not None, f"{name} ends", within)
        # The web server gives the signal back to itself once it is done.
        assert self.processes[name].poll() in (0, -signal.SIGTERM), self.log(name)[-2000:]
        return time.monotonic() - began

    def runs_of(self, name: str) -> int:
        """How many runs a worker has ended: each is one line of its log."""
        return self.log(name).count('"body": "run"')

    def _launch(self, name: str, tree: Path, hours: int) -> None:
        more: dict[str, str] = {}
        if hours:
            clock = {"FAKETIME": f"{hours:+d}h", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
            more |= {"LD_PRELOAD": str(FAKETIME[0]), **clock}
        command = "work"
        if name.startswith("web"):
            self.ports[name] = free_port()
            more["COUNTERSIGN_PORT"] = str(self.ports[name])
            command = "serve"
        with (self.folder / f"{name}.log").open("wb") as out:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "gateway", command],
                env={**os.environ, **self.environment, **more},
                stdout=out,
                stderr=out,
                cwd=tree,
            )


def before_the_newest_migration(folder: Path, house: House) -> tuple[Path, str, str]:
    """The version that the newest migration is rolled out over, its tables made: (its tree, commit, revision).

    Commits in which it does not even start are passed over: some end in the middle of a change."""
    newest = max(path.name for path in (ROOT / MIGRATIONS).glob("0*.py"))
    added = _git("log", "--diff-filter=A", "--format=%H", "-1", "--", f"{MIGRATIONS}/{newest}").decode().strip()
    for commit in _git("rev-list", f"--max-count={BACK}", f"{added}^" if added else "HEAD").decode().split():
        tree = folder / commit[:7]
        with tarfile.open(fileobj=BytesIO(_git("archive", commit))) as archive:
            archive.extractall(tree, filter="data")
        with contextlib.suppress(DoesNotRun):
            return tree, commit[:7], migrated(tree, house)
    pytest.skip(f"none of {BACK} versions before the newest migration starts")


def migrated(tree: Path, house: House) -> str:
    """Make the tables of a version; the revision that they have now."""
    return run(tree, house, ["migrate"]).split()[3].rstrip(",")


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("the history of versions is not here")
    return done.stdout


def run(tree: Path, house: House, command: Sequence[str]) -> str:
    """A command of the version in `tree`, to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *command],
        cwd=tree, env={**os.environ, **house.environment}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode:
        raise DoesNotRun(done.stderr)
    return done.stdout
