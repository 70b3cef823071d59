"""What a file may speak of: its folder decides the phase of its facts and which effects its rules can have."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.policy.cel import Language
from gateway.policy.facts import Declared, Phase


@dataclass(frozen=True, slots=True)
class Folder:
    """One kind of policy."""

    name: str
    phase: Phase
    effects: tuple[str, ...]
    replies: tuple[str, ...] = ()


FOLDERS: Mapping[str, Folder] = {
    folder.name: folder
    for folder in (
        Folder("redaction", Phase.TICKET, ("redact", "because")),
        Folder("models", Phase.GROUNDED, ("model", "because")),
        Folder(
            "approval", Phase.DRAFTED, ("reply", "approvers", "escalate", "because"), ("send", "review", "withhold")
        ),
        Folder("escalation", Phase.DRAFTED, ("escalate", "reply", "approvers", "because"), ("review", "withhold")),
    )
}
TOPICS = "topics"
BESIDE = ("prompts", "examples")
"""Folders of `policies/` that hold no rules."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A folder, the language of the installation, and the names that it declares."""

    folder: Folder
    language: Language
    declared: Declared

    def is_late(self, name: str) -> bool:
        return self.language.catalogue[name].phase > self.folder.phase

    def too_late(self, name: str) -> str:
        """Why a fact cannot be used in this folder."""
        fact = self.language.catalogue[name]
        places = " and ".join(folder.name for folder in FOLDERS.values() if folder.phase >= fact.phase)
        where = f"it can be used in {places}" if places else "no rule can use it"
        phases = f"phase {self.folder.phase.word}, needs {fact.phase.word}"
        return f"{name} is not known yet when {self.folder.name} is decided ({phases}); {where}"
