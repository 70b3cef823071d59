"""What an installation declares that policy files may name."""

from gateway.policy import Declared
from gateway.settings import Installation


def declared_by(installation: Installation) -> Declared:
    """The names that policy files may use because countersign.yaml declares them."""
    return Declared(
        accounts=set(installation.accounts),
        models={*installation.models, "default"},
        # Without any group declared, the names in policies are a plan for later, and nobody can be in them yet.
        groups=set(installation.groups) or None,
    )
