"""Who may act: people and groups, from what an installation declares."""

from gateway.settings import Installation
from gateway.workflow.people import Declared, Group, People, Right


def people_of(installation: Installation) -> People:
    """Everybody who is declared, with their groups."""
    groups = [
        Group(name, entry.title or name, frozenset(map(Right, entry.rights)), frozenset(entry.accounts), entry.claim)
        for name, entry in installation.groups.items()
    ]
    people = [
        Declared(
            name,
            entry.name,
            entry.email,
            entry.ids,
            frozenset(group for group, told in installation.groups.items() if name in told.members),
        )
        for name, entry in installation.people.items()
    ]
    return People(people, groups)
