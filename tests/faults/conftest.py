"""The seed at the head and the figures at the end of the fault suite."""

import sys

import pytest

from tests.faults.figures import FIGURES, Figures
from tests.faults.size import SEED, WHOLE


@pytest.fixture(scope="session")
def figures() -> Figures:
    return FIGURES


@pytest.fixture
def seeded() -> int:
    """The seed of what is random, shown with a test that fails."""
    sys.stdout.write(f"seed {SEED}: repeat with COUNTERSIGN_FAULTS_SEED={SEED}\n")
    return SEED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("whole") and not WHOLE:
            item.add_marker(pytest.mark.skip(reason="only in `make faults`"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES.rows:
        terminalreporter.section(f"faults, seed {SEED}")
        for line in FIGURES.table():
            terminalreporter.write_line(line)
