"""What an installation is connected to: the environment (`environment.py`) and `countersign.yaml` (`file.py`).

Read by the doors and by `bootstrap` alone; everybody else is handed values.
"""

from gateway.settings.entry import Owner
from gateway.settings.environment import Environment, read_environment
from gateway.settings.file import (
    AccountEntry,
    CandidateEntry,
    Installation,
    PriceEntry,
    RouteEntry,
    SecretName,
    SignInEntry,
)
from gateway.settings.knowledge import KnowledgeEntry
from gateway.settings.reading import read_installation

__all__ = [
    "AccountEntry",
    "CandidateEntry",
    "Environment",
    "Installation",
    "KnowledgeEntry",
    "Owner",
    "PriceEntry",
    "RouteEntry",
    "SecretName",
    "SignInEntry",
    "read_environment",
    "read_installation",
]
