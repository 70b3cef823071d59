"""What the documents tell a person to type is there, and what is told to be short is short."""

import re

import pytest

from tests.cli.command import ROOT, countersign

DOCUMENTS = ("CONTRIBUTING.md", "README.md", "gateway/cli/init.py", "gateway/cli/connector_new.py")
COMMAND = re.compile(r"(?:`|^ +|^)countersign ((?:[a-z]+ ?){1,2})", re.MULTILINE)
GROUPS = {"account", "connector", "runs", "ledger", "dead", "policy"}


def commands() -> list[str]:
    found = set()
    for name in DOCUMENTS:
        for words in COMMAND.findall((ROOT / name).read_text()):
            parts = words.split()
            found.add(" ".join(parts[:2] if parts[0] in GROUPS else parts[:1]))
    return sorted(found)


@pytest.mark.parametrize("command", commands())
def test_a_command_that_a_document_names_exists(command: str) -> None:
    assert countersign(*command.split(), "--help", settings={}).code == 0


def test_a_connector_is_walked_through_in_less_than_two_hundred_lines() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) < 200
