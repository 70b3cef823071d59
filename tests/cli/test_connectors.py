"""`countersign connectors`: the truth about each help desk, on the terminal, for programs, and in the README."""

import json
from pathlib import Path

import connectors
from connectors.cards import cards
from gateway.cli.connectors import BEGIN, END, with_table
from tests.cli.command import ROOT, countersign


def test_the_readme_has_the_table_as_it_is_now() -> None:
    readme = (ROOT / "README.md").read_text()

    assert with_table(readme, cards()) == readme, "run: countersign connectors --write README.md"


def test_every_connector_has_a_line() -> None:
    told = countersign("connectors", settings={})

    assert told.code == 0
    for name in connectors.REGISTRY:
        assert any(line.startswith(f"{name} ") for line in told.out.splitlines()), name


def test_verbose_tells_every_doubt_and_every_rule_that_is_not_done() -> None:
    told = " ".join(countersign("connectors", "--verbose", settings={}).out.split())

    for card in cards():
        for doubt in card.unverified:
            assert f"unverified: {' '.join(doubt.split())}" in told
        for rule, (state, reason) in card.not_done.items():
            assert f"{state}: {rule}: {reason}" in told


def test_programs_get_what_the_class_offers() -> None:
    told = countersign("connectors", "--json", settings={})

    offered = {one["connector"]: set(one["capabilities"]) for one in json.loads(told.out)}
    assert offered == {name: set(connectors.load(name).capabilities) for name in connectors.REGISTRY}


def test_only_what_is_between_the_marks_is_written(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"before\n{BEGIN}\n| old |\n{END}\nafter\n")

    told = countersign("connectors", "--write", str(file), settings={})

    text = file.read_text()
    assert told.code == 0, told.err
    assert text.startswith(f"before\n{BEGIN}\n\n| system |")
    assert text.endswith(f"\n{END}\nafter\n")
    assert "old" not in text


def test_a_file_without_the_marks_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("nothing to see\n")

    told = countersign("connectors", "--write", str(file), settings={})

    assert told.code == 1
    assert BEGIN in told.err
    assert file.read_text() == "nothing to see\n"
