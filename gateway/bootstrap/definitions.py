"""What an account declares of its customers, as the line takes it."""

from gateway.settings import AccountEntry, OriginEntry
from gateway.workflow.definitions import Definition, Differing, Origin, Place, by_tags


def definitions_of(entry: AccountEntry) -> tuple[Definition, ...]:
    """The declared facts; `tiers` is one that tags alone tell."""
    declared = [
        Definition(
            f"requester.{name}",
            tuple(Origin(_place(source), source.field or "", source.meaning, source.at) for source in told.sources),
            Differing(told.when_they_differ),
            tuple(told.most_cautious_first),
        )
        for name, told in entry.facts.items()
    ]
    return (*declared, *([by_tags("requester.tier", entry.tiers)] if entry.tiers else []))


def _place(source: OriginEntry) -> Place:
    told = {Place.TAG: source.tags, Place.FIELD: source.field, Place.ORGANISATION: source.organisation}
    return next((place for place, said in told.items() if said), Place.DOMAIN)
