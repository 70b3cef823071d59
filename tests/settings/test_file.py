"""Secrets are named in the file and read from elsewhere."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.settings import SecretName


def test_a_secret_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_SECRET", "hunter2")
    place = SecretName(env="ACME_SECRET")

    assert place.read() == SecretStr("hunter2")
    assert "hunter2" not in repr(place.read()) + str(place) + repr(place)


def test_a_secret_is_read_from_a_file_without_the_newline_that_editors_add(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")

    assert SecretName(file=tmp_path / "secret").read() == SecretStr("hunter2")


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_place_without_a_secret_holds_none(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)

    assert SecretName(file=tmp_path / "secret").read() is None


def test_an_empty_variable_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_SECRET", "")

    assert SecretName(env="ACME_SECRET").read() is None
    assert str(SecretName(env="ACME_SECRET")) == "environment variable ACME_SECRET"
