"""How litellm comes in: late, quiet, and without a word to the network."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(code: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_nothing_loads_litellm_before_a_worker_asks_for_it() -> None:
    done = run("import gateway.models, gateway.ledger.attempt, sys; print('litellm' in sys.modules)")

    assert done.stdout.strip() == "False", done.stderr


def test_loading_it_opens_no_connection_reads_no_dotenv_and_prints_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COUNTERSIGN_LEAK=yes\n")
    code = """
import os, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(args) if event in ("socket.connect", "socket.getaddrinfo") else None)
from gateway.models.engine import load_litellm
load_litellm()
sys.exit(f"{opened} {os.environ.get('COUNTERSIGN_LEAK')}" if opened or "COUNTERSIGN_LEAK" in os.environ else 0)
"""
    done = run(code, tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
