"""What the tests of the HTTP edge share."""

import pytest

from tests.api.door import SECRET


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables that hold the account's secrets."""
    monkeypatch.setenv("ACME_SECRET", SECRET)
    monkeypatch.setenv("ACME_TOKEN", "token-of-the-integration-user")
