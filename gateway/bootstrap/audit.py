"""What signs the audit record, and where its heads lie outside of the database."""

from pathlib import Path

from gateway.access.sessions import key_of
from gateway.audit.heads import Signer
from gateway.settings import Environment


def audit_secret(environment: Environment) -> str:
    """The secret of this installation's record: from the environment, else from a file that is made once."""
    given = environment.audit_key
    return key_of(given.get_secret_value() if given else None, environment.home, "audit.key")


def audit_signer(environment: Environment) -> Signer:
    return Signer(audit_secret(environment))


def heads_folder(environment: Environment) -> Path:
    return environment.home / "audit"
