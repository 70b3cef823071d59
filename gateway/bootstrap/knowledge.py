"""Wires the sources of knowledge that `countersign.yaml` declares to what reads them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from connectors.contract import Capability, Connector, HasArticles, HasHistory
from gateway.errors import ConfigurationInvalid
from gateway.knowledge import Audience, Defaults
from gateway.knowledge.sources import HOUR, MINUTE, NEVER, Declared, Files, HelpCentre, Reads
from gateway.screening.detectors import Detectors
from gateway.settings import Installation, KnowledgeEntry
from gateway.workflow.solved import Solved

if TYPE_CHECKING:
    from gateway.knowledge.meaning import Meaning

NEEDS = {"account": Capability.ARTICLES, "solved": Capability.HISTORY}


def meaning_of(installation: Installation) -> "Meaning | None":
    """What looks at the meaning of questions, where the installation wants it. Raises ConfigurationInvalid."""
    if not installation.semantic_search:
        return None
    from gateway.knowledge.meaning import Meaning  # with numpy, and weights that take a second to load

    return Meaning()


def sources_of(installation: Installation, desks: Mapping[str, Connector], detectors: Detectors) -> list[Declared]:
    """What a worker looks after. Raises ConfigurationInvalid where a help desk has nothing to give."""
    problems = [
        f"knowledge {name}: the help desk of {account} gives no {'articles' if kind == 'account' else 'solved tickets'}"
        for name, entry in installation.knowledge.items()
        for kind, capability in NEEDS.items()
        if (account := getattr(entry, kind)) and capability not in desks[account].capabilities
    ]
    if problems:
        raise ConfigurationInvalid(problems)
    return [_declared(name, entry, installation, desks, detectors) for name, entry in installation.knowledge.items()]


def _declared(
    name: str,
    entry: KnowledgeEntry,
    installation: Installation,
    desks: Mapping[str, Connector],
    detectors: Detectors,
) -> Declared:
    here = entry.kind in ("folder", "jsonl")
    defaults = Defaults(
        name,
        entry.language,
        Audience(entry.audience or ("internal" if entry.kind == "solved" else "public")),
        entry.brand,
        entry.owner.team,
        entry.authority,
        tuple(entry.internal_titles),
    )
    return Declared(
        defaults=defaults,
        contact=entry.owner.contact,
        place=f"{entry.kind} {getattr(entry, entry.kind)}",
        read=_reader(entry, defaults, installation, desks, detectors),
        every=entry.every_seconds or (MINUTE if here else HOUR),
        whole_every=NEVER if entry.kind == "solved" else entry.whole_every_seconds or 6 * HOUR,
        here=here,
    )


def _reader(
    entry: KnowledgeEntry,
    defaults: Defaults,
    installation: Installation,
    desks: Mapping[str, Connector],
    detectors: Detectors,
) -> Reads:
    if entry.account:
        return HelpCentre(cast(HasArticles, desks[entry.account]), defaults)
    if entry.solved:
        regions = installation.accounts[entry.solved].phone_regions
        return Solved(cast(HasHistory, desks[entry.solved]), defaults, tuple(regions), detectors)
    if entry.sitemap:
        from gateway.knowledge.pages import Sitemap  # with what reads pages, which few installations have

        return Sitemap(entry.sitemap, defaults, entry.most_pages, entry.allow_private_network)
    path = entry.folder or entry.jsonl
    assert path is not None  # the entry has exactly one place
    return Files(path, defaults)
