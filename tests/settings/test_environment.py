"""The environment: wrong variables are all named, and empty ones are not there."""

import pytest

from gateway.errors import ConfigurationInvalid
from gateway.settings import read_environment


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "DATABASE_URL": "mysql://me:hunter2@db/prod",
        "COUNTERSIGN_PORT": "eighty",
        "COUNTERSIGN_LOG_LEVEL": "chatty",
        "COUNTERSIGN_CONCURRENCY": "0",
        "COUNTERSIGN_TAKEOVER_AFTER": "600",
        "COUNTERSIGN_ADMIN_TOKEN": "hunter2",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationInvalid) as told:
        read_environment()

    assert {problem.partition(":")[0] for problem in told.value.problems} == set(wrong)
    assert "hunter2" not in str(told.value)


def test_an_empty_variable_is_as_if_it_were_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_PORT", "")
    monkeypatch.setenv("DATABASE_URL", "")

    environment = read_environment()

    assert (environment.port, environment.database_url) == (8400, None)


@pytest.mark.parametrize("url", ["postgresql://db/prod", "postgres://me@db:5433/prod", "postgresql:///prod?host=/run"])
def test_the_database_has_one_variable_without_our_prefix(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    assert read_environment().database_url == url


@pytest.mark.parametrize(
    ("host", "loopback", "base"),
    [
        ("127.0.0.1", True, "http://127.0.0.1:8400"),
        ("::1", True, "http://127.0.0.1:8400"),
        ("0.0.0.0", False, "http://0.0.0.0:8400"),
    ],
)
def test_only_loopback_is_loopback(monkeypatch: pytest.MonkeyPatch, host: str, loopback: bool, base: str) -> None:
    monkeypatch.setenv("COUNTERSIGN_HOST", host)

    assert (read_environment().loopback, read_environment().base_url) == (loopback, base)


def test_links_use_the_public_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_PUBLIC_URL", "https://drafts.example.com/")

    assert read_environment().base_url == "https://drafts.example.com"
