"""Rules of the house that no import checker sees."""

import ast
from pathlib import Path

import connectors
from gateway.settings import Environment, read_installation

ROOT = Path(__file__).parent.parent
# The demo plays on the sandbox, so it names it; nothing else may know who the vendor is.
MAY_NAME = {ROOT / "gateway" / "demo"}
CALLS_OUT = {"httpx", "requests", "aiohttp", "urllib3", "urllib.request", "http.client", "socket", "websockets", "ssl"}
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


def test_every_connector_calls_through_the_one_client_whose_promises_are_tested_once() -> None:
    """Time-outs, drips, TLS, redirects and addresses inside are tried at `connectors.http` and nowhere else."""
    own = [
        f"{path.relative_to(ROOT)}: {name}"
        for folder in {connectors.folder(name) for name in connectors.REGISTRY}
        for path in (ROOT / "connectors" / folder).rglob("*.py")
        if "desk" not in path.parts  # the sandbox's own help desk is a server
        for name in imported(path)
        if name.partition(".")[0] in CALLS_OUT or name in CALLS_OUT
    ]

    assert own == []


def imported(path: Path) -> list[str]:
    """The modules that a file imports, anywhere in it."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


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
