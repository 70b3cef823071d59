"""SECURITY.md says what is so: its tests exist, its help desks are all there, its links lead somewhere."""

import ast
import re
import tomllib
from pathlib import Path

import connectors

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text()
ROWS = [
    line
    for line in TEXT.split("## Where data flows")[0].splitlines()
    if line.startswith("| ") and "who" not in line[:6]
]


def test_every_threat_names_tests_and_every_test_is_there() -> None:
    named = {row: re.findall(r"`(tests/[\w/.]+)::(\w+)`", row) for row in ROWS}
    missing = [(file, test) for tests in named.values() for file, test in tests if test not in functions(ROOT / file)]

    assert len(ROWS) >= 15
    assert all(named.values())
    assert missing == []


def test_every_help_desk_says_which_rights_it_needs() -> None:
    folders = {connectors.folder(name) for name in connectors.REGISTRY} - {"sandbox"}
    rights = TEXT.split("## Rights that each")[1].split("\n## ")[0]

    assert set(re.findall(r"\(connectors/(\w+)/README\.md\)", rights)) == folders


def test_every_link_leads_to_a_file() -> None:
    assert [link for link in re.findall(r"\]\(([^)#]+)", TEXT) if not (ROOT / link).exists()] == []
    assert "(SECURITY.md)" in (ROOT / "README.md").read_text()


def functions(file: Path) -> set[str]:
    """Names of the tests in a file, those in classes too."""
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_dependency_of_an_installation_is_on_the_list_that_was_read() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [name for extra, names in project["optional-dependencies"].items() if extra != "dev" for name in names]
    declared = {re.split(r"[\[<>=;!~ ]", name)[0] for name in (*project["dependencies"], *extras)}
    listed = re.findall(r"(?m)^\| ([a-z0-9-]+) \| \S", (ROOT / "docs" / "dependencies.md").read_text())

    assert sorted(listed) == sorted(set(listed))
    assert set(listed) - {"package"} == declared
