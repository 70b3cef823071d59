"""`countersign init`: an installation's files, from a checkout and from a wheel, and nothing that exists is touched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import ROOT, countersign

SHIPPED = sorted(path.relative_to(ROOT) for path in (ROOT / "policies").rglob("*") if path.is_file())


def test_what_it_writes_passes_the_check_at_once(tmp_path: Path, database_url: str) -> None:
    told = countersign("init", "here", settings={}, folder=tmp_path)

    assert told.code == 0, told.err
    assert "countersign account add NAME" in told.out
    checked = countersign("check", "--offline", settings={"DATABASE_URL": database_url}, folder=tmp_path / "here")
    assert checked.code == 0, checked.out


def test_the_policies_are_the_shipped_ones_and_their_tests_pass(tmp_path: Path) -> None:
    countersign("init", settings={}, folder=tmp_path)

    for path in SHIPPED:
        assert (tmp_path / path).read_bytes() == (ROOT / path).read_bytes()
    assert (tmp_path / ".env.example").read_bytes() == (ROOT / ".env.example").read_bytes()
    assert countersign("policy", "test", settings={}, folder=tmp_path).code == 0


@pytest.mark.parametrize("name", ["countersign.yaml", ".env.example", "policies"])
def test_nothing_is_written_where_one_of_the_files_exists(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")

    told = countersign("init", settings={}, folder=tmp_path)

    assert told.code == 1
    assert f"{name}: there already" in told.err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    told = countersign("init", "file/inside", settings={}, folder=tmp_path)

    assert told.code == 1
    assert "cannot be written" in told.err


def test_it_works_from_a_wheel_without_a_checkout(tmp_path: Path) -> None:
    source, installed, here = tmp_path / "source", tmp_path / "installed", tmp_path / "here"
    source.mkdir()
    here.mkdir()
    for name in ("gateway", "connectors", "policies", "pyproject.toml", "README.md", "LICENSE", ".env.example"):
        subprocess.run(["cp", "-R", str(ROOT / name), str(source)], check=True)
    quietly = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--no-index")
    pip = [sys.executable, "-m", "pip", "install", *quietly, "--target", str(installed), str(source)]
    subprocess.run(pip, check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    where = "import gateway; print(gateway.__file__)"

    found = subprocess.run(
        [sys.executable, "-c", where], env=environment, cwd=here, capture_output=True, text=True, check=True
    )
    subprocess.run([sys.executable, "-m", "gateway", "init"], env=environment, cwd=here, check=True)

    assert found.stdout.startswith(str(installed))
    assert sorted(path.relative_to(here) for path in (here / "policies").rglob("*") if path.is_file()) == SHIPPED
