"""What the tests of who may do what share with those of the door."""

from tests.api.conftest import secrets

__all__ = ["secrets"]
