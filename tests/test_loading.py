"""What a process that stays keeps in memory: nothing that it never uses."""

import subprocess
import sys

import pytest

HEAVY = {"sqlalchemy", "alembic", "litellm", "numpy"}


def loaded(after: str, heavy: set[str]) -> str:
    """Which of these modules a process has after some lines of Python."""
    code = f"import sys\n{after}\nprint(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.strip() or done.stderr


@pytest.mark.parametrize(
    ("command", "without"),
    [("serve", HEAVY | {"aiohttp"}), ("work", HEAVY - {"numpy"} | {"fastapi"})],
)
def test_neither_process_loads_what_only_the_other_or_a_command_needs(command: str, without: set[str]) -> None:
    door = {"serve": "gateway.app", "work": "gateway.worker"}[command]
    begin = f"sys.argv = ['countersign', '{command}']; import gateway.cli; gateway.cli._add_commands(); import {door}"

    assert loaded(begin, without) == "[]"


def test_commands_load_no_sqlalchemy_before_they_migrate() -> None:
    assert loaded("import gateway.cli; gateway.cli._add_commands()", {"sqlalchemy"}) == "[]"
