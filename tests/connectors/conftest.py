"""One test for each recorded delivery, named after its file, and for each right that `check` proves."""

import inspect
from pathlib import Path

import pytest

for _module in ("questions", "deliveries", "threads", "failures", "polling"):
    pytest.register_assert_rewrite(f"tests.connectors.{_module}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.cls is None:
        return
    if "right" in metafunc.fixturenames:
        metafunc.parametrize("right", metafunc.cls.rights)
    if "recording" in metafunc.fixturenames:
        files = sorted((Path(inspect.getfile(metafunc.cls)).parent / "webhooks").glob("*.json"))
        metafunc.parametrize("recording", files, ids=[file.stem for file in files])
