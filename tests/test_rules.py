"""Rules of the house that no import checker sees."""

import ast
from pathlib import Path

import connectors
from gateway.settings import Environment, read_installation

ROOT = Path(__file__).parent.parent
# The demo plays on the sandbox, so it names it; nothing else may know who the vendor is.
MAY_NAME = {ROOT / "gateway" / "demo"}
NO_VENDOR = {"http"}  # a protocol: whom it connects is said in a file


def test_the_gateway_names_no_vendor_not_even_in_a_string() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for path in (ROOT / "gateway").rglob("*.py")
        if not any(folder in path.parents for folder in MAY_NAME)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in connectors.REGISTRY.keys() - NO_VENDOR
    ]

    assert named == []


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for package in ("gateway", "connectors")
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 300
    }

    assert long == {}


def test_every_connector_has_a_folder_with_what_an_admin_needs() -> None:
    for name in connectors.REGISTRY:
        folder = ROOT / "connectors" / connectors.folder(name)
        assert {"connector.py", "README.md", "quality.yaml"} <= {path.name for path in folder.iterdir()}, name


def test_the_example_of_the_environment_names_every_variable() -> None:
    text = (ROOT / ".env.example").read_text()
    named = {line.removeprefix("# ").partition("=")[0] for line in text.splitlines() if "=" in line}

    known = {f"COUNTERSIGN_{name.upper()}" for name in Environment.model_fields} - {"COUNTERSIGN_DATABASE_URL"}
    assert named == known | {"DATABASE_URL"}


def test_the_example_configuration_is_valid() -> None:
    assert read_installation(ROOT / "countersign.example.yaml", list(connectors.REGISTRY)).accounts
