"""`countersign connector new`: what it writes is in order at once, and only the vendor's part is still to be done."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Told, countersign

COPIED = ("connectors", "gateway", "tests", "policies", "pyproject.toml", "README.md", ".env.example")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of this checkout, to write into."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


def new(checkout: Path, *arguments: str) -> Told:
    return countersign("connector", "new", *arguments, settings={}, folder=checkout)


def runs(checkout: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=checkout, capture_output=True, text=True, check=False, timeout=240
    )


@pytest.mark.parametrize("name", ["aa", "in_house_desk_of_all_teams_x", "zz9"])
def test_what_it_writes_is_formatted_typed_and_linted(checkout: Path, name: str) -> None:
    assert new(checkout, name).code == 0
    written = [f"connectors/{name}", f"tests/connectors/{name}", "connectors/__init__.py"]

    for command in (("ruff", "format", "--check"), ("ruff", "check"), ("mypy", "--cache-dir=/dev/null")):
        done = runs(checkout, *command, *written)
        assert done.returncode == 0, done.stdout + done.stderr


def test_it_keeps_the_rules_of_the_house_and_fails_the_contract(checkout: Path) -> None:
    assert new(checkout, "acme_desk", "--system", "Acme Desk").code == 0

    for command in (
        ("pytest", "-q", "tests/connectors/test_quality.py", "-k", "acme_desk"),
        ("importlinter.cli", "lint"),
    ):
        done = runs(checkout, *command)
        assert done.returncode == 0, done.stdout + done.stderr
    contract = runs(checkout, "pytest", "-q", "tests/connectors/acme_desk")
    assert contract.returncode == 1, contract.stdout + contract.stderr
    assert "::test_the_usual_deliveries_are_recorded" in contract.stdout
    assert "still to be written" in contract.stdout


def test_it_is_registered_in_its_place_and_in_the_import_rules(checkout: Path) -> None:
    new(checkout, "acme_desk")

    names = re.findall(r'^    "([a-z0-9_]+)":', (checkout / "connectors" / "__init__.py").read_text(), re.MULTILINE)
    rules = (checkout / "pyproject.toml").read_text()
    assert "acme_desk" in names
    assert names == sorted(names)
    assert rules.count('"connectors.acme_desk"') == rules.count('"connectors.zendesk"')


def test_nothing_that_exists_is_written_over(checkout: Path) -> None:
    before = (checkout / "connectors" / "zendesk" / "connector.py").read_text()

    told = new(checkout, "zendesk")

    assert told.code == 1
    assert "connectors/zendesk, tests/connectors/zendesk: there already" in told.err
    assert (checkout / "connectors" / "zendesk" / "connector.py").read_text() == before


@pytest.mark.parametrize("name", ["http", "../evil", "Acme", "class", "a" * 29, "9desk", "a__b", ""])
def test_a_name_that_cannot_be_one_is_refused_and_nothing_is_written(checkout: Path, name: str) -> None:
    def everything() -> list[Path]:
        return sorted(path for path in checkout.rglob("*") if "__pycache__" not in path.parts)

    before = everything()

    told = new(checkout, name)

    assert told.code in (1, 2)
    assert everything() == before


def test_outside_of_a_checkout_it_says_so(tmp_path: Path) -> None:
    told = new(tmp_path, "acme_desk")

    assert told.code == 1
    assert "no checkout" in told.err
    assert list(tmp_path.iterdir()) == []
