"""The command `countersign` in a process of its own, as a person starts it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Told(NamedTuple):
    code: int
    out: str
    err: str


def countersign(
    *arguments: str, settings: Mapping[str, str], within: float = 40, folder: Path = ROOT, typed: str | None = None
) -> Told:
    """Run a command to its end. Of our own variables it sees only these; `typed` is what a person types."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COUNTERSIGN_", "DATABASE_URL"))}
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        env={**kept, "COLUMNS": "200", **settings},
        cwd=folder,
        input=typed,
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Told(done.returncode, done.stdout, done.stderr)
