"""The card of a connector: what it can do at best (its class says it), and how far that is proven (quality.yaml)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

import connectors
from connectors.vocabulary import Capability

TESTED = {"documentation": "documentation", "published_spec": "published spec", "live": "live server"}
WAYS_IN = {
    Capability.SIGNED_WEBHOOK: "signed webhook",
    Capability.GUARDED_WEBHOOK: "guarded webhook",
    Capability.POLLING: "polling",
}


@dataclass(frozen=True, slots=True)
class Card:
    """`offers` is the most that options can switch on; an account's own `capabilities` may be fewer."""

    name: str
    folder: str
    system: str
    versions: str
    draft: str
    tested: str
    unverified: Sequence[str]
    not_done: Mapping[str, tuple[str, str]]  # house rule -> todo or exempt, and the reason
    offers: frozenset[Capability]

    @property
    def ways_in(self) -> list[str]:
        """How events reach us; a webhook with a shared secret is believed for the ticket's id alone."""
        return [words for capability, words in WAYS_IN.items() if capability in self.offers]

    def can(self, capability: Capability) -> bool:
        return capability in self.offers


def card(name: str) -> Card:
    """A registered connector's card. Raises `Misconfigured` for a name that nobody registered."""
    kind = connectors.load(name)
    told = yaml.safe_load(_file(name, "quality.yaml"))
    return Card(
        name=name,
        folder=connectors.folder(name),
        system=str(told["system"]),
        versions=str(told["versions"]),
        draft=str(told["draft"]),
        tested=TESTED[told["tested"]],
        unverified=tuple(str(one) for one in told["unverified"]),
        not_done=dict(_not_done(told["rules"])),
        offers=kind.capabilities,
    )


def cards() -> list[Card]:
    """All of them, by the system's name."""
    return sorted((card(name) for name in connectors.REGISTRY), key=lambda one: one.system.lower())


def guide(name: str, heading: str) -> str:
    """The section of a connector's README whose heading begins so, without the heading; empty where there is none."""
    found: list[str] = []
    inside = False
    for line in _file(name, "README.md").splitlines():
        if line.startswith("## "):
            inside = line.startswith(heading)
        elif inside:
            found.append(line)
    return "\n".join(found).strip()


def _file(name: str, file: str) -> str:
    return files("connectors").joinpath(connectors.folder(name), file).read_text("utf-8")


def _not_done(rules: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    for rule, answer in rules.items():
        if isinstance(answer, Mapping):
            for state, reason in answer.items():
                yield rule, (str(state), " ".join(str(reason).split()))
