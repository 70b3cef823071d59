"""A whole set of policies that was found in order, with the questions that can be put to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gateway.policy.cases import Cases
from gateway.policy.cel import Language
from gateway.policy.decision import Decision
from gateway.policy.evaluate import decide
from gateway.policy.facts import Fact
from gateway.policy.redaction import Redaction, choose_redaction
from gateway.policy.route import ModelRoute, choose_route
from gateway.policy.rules import Policy, Rule
from gateway.policy.topics import Topics


@dataclass(frozen=True)
class PolicySet:
    """Policies in force together. Build one with `load`.

    `version` is the SHA-256 of the files; `files` is their full text by path, from which `load` builds the same set
    again; `catalogue` holds every fact, with the custom fields of the installation.
    """

    version: str
    files: Mapping[str, str]
    policies: tuple[Policy, ...]
    topics: Topics
    language: Language
    cases: tuple[Cases, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def catalogue(self) -> Mapping[str, Fact]:
        return self.language.catalogue

    @cached_property
    def _by_folder(self) -> Mapping[str, tuple[Rule, ...]]:
        folders: dict[str, tuple[Rule, ...]] = {}
        for policy in self.policies:
            folders[policy.folder] = (*folders.get(policy.folder, ()), *policy.rules)
        return folders

    def rules(self, *folders: str) -> tuple[Rule, ...]:
        """The rules of some folders, in the order of their files; of all where none is named."""
        return tuple(rule for folder in folders or self._by_folder for rule in self._by_folder.get(folder, ()))

    def decide(self, facts: Mapping[str, Any], *, explain: bool = True) -> Decision:
        """What may happen to a draft, by approval and escalation.

        `facts` maps names of the catalogue to values; a name that is absent, None, or of the wrong type is unknown.
        Amounts are in the account's currency. `clock.now` is enough for all of `clock.*`. Without `explain` the
        decision is the same and `tried` stays empty, which is faster. Never raises for what the facts hold.
        """
        rules = self.rules("approval", "escalation")
        return decide(rules, facts, self.language, self.titles, self.version, explain=explain)

    def route(self, facts: Mapping[str, Any]) -> ModelRoute:
        """Which models may write the draft, by models; asked once the passages are found."""
        return choose_route(self.rules("models"), facts, self.language, self.titles, self.version)

    def redaction(self, facts: Mapping[str, Any]) -> Redaction:
        """What becomes of personal data, by redaction; asked once the ticket is read."""
        return choose_redaction(self.rules("redaction"), facts, self.language, self.titles, self.version)

    def find_topics(self, text: str, language: str | None = None) -> dict[str, float]:
        """The topics of a text with their scores, for the fact `screen.topics`."""
        return self.topics.find(text, language)
