"""What an installation declares that policy files may name."""

from gateway.policy import Declared
from gateway.settings import Installation


def declared_by(installation: Installation) -> Declared:
    """The names that policy files may use because countersign.yaml declares them."""
    return Declared(accounts=set(installation.accounts), models={*installation.models, "default"})
