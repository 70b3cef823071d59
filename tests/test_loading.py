"""What a process that stays keeps in memory: nothing that it never uses."""

import subprocess
import sys

import pytest

HEAVY = {"sqlalchemy", "alembic", "litellm", "numpy"}


@pytest.mark.parametrize(
    ("command", "without"),
    [("serve", HEAVY | {"aiohttp"}), ("work", HEAVY - {"numpy"} | {"fastapi"})],
)
def test_neither_process_loads_what_only_the_other_or_a_command_needs(command: str, without: set[str]) -> None:
    door = {"serve": "gateway.app", "work": "gateway.worker"}[command]
    code = f"""
import sys
sys.argv = ["countersign", "{command}"]
import gateway.cli
gateway.cli._add_commands()
import {door}
print(sorted({without!r} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_commands_load_no_sqlalchemy_before_they_migrate() -> None:
    code = "import sys, gateway.cli; gateway.cli._add_commands(); print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.strip() == "False", done.stdout + done.stderr
