"""What an installation is connected to: the environment (`environment.py`) and `countersign.yaml` (`file.py`).

Read by the doors and by `bootstrap` alone; everybody else is handed values.
"""

from gateway.settings.definitions import DefinitionEntry, OriginEntry
from gateway.settings.entry import Owner
from gateway.settings.environment import Environment, read_environment
from gateway.settings.file import (
    AccountEntry,
    CandidateEntry,
    Installation,
    RouteEntry,
    SignInEntry,
)
from gateway.settings.knowledge import KnowledgeEntry
from gateway.settings.money import BudgetEntry, PriceEntry, RatesEntry
from gateway.settings.notices import NoticesEntry
from gateway.settings.reading import read_installation
from gateway.settings.secret import SecretName

__all__ = [
    "AccountEntry",
    "BudgetEntry",
    "CandidateEntry",
    "DefinitionEntry",
    "Environment",
    "Installation",
    "KnowledgeEntry",
    "NoticesEntry",
    "OriginEntry",
    "Owner",
    "PriceEntry",
    "RatesEntry",
    "RouteEntry",
    "SecretName",
    "SignInEntry",
    "read_environment",
    "read_installation",
]
