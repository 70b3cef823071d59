"""Gateways that are born quickly, for tests that kill them by the dozen: each would spend its life on imports.

A server of forks loads the libraries once. What it bears is a process of its own like any other, which opens its own
database, reads its own settings and dies of its own signal.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOADED = "tests.cradle_loaded"


def context() -> ForkServerContext:
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([LOADED])
    return found


class Born:
    """`countersign` with arguments, as far as a test handles a process."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        log.write_bytes(b"")
        self._process = context().Process(target=_live, args=(list(arguments), dict(environment), log), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("countersign", timeout or 0)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def _live(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    """What is said goes into the log; nothing of the server of forks is left but what it has loaded."""
    out = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["countersign", *arguments]
    from gateway.cli import main

    main()
