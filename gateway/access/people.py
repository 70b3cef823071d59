"""Who somebody is: people and groups of `countersign.yaml`, found by what a help desk or a sign-in tells of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Right(StrEnum):
    """What a group may do. Approving is not among them: it is asked for by the name of the group."""

    AGENT = "agent"  # see drafts and act on them
    ADMIN = "admin"  # policies, pauses, dead events
    OPS = "ops"  # costs and runs
    AUDITOR = "auditor"  # see everything, act on nothing


@dataclass(frozen=True, slots=True)
class Group:
    """`accounts`: whose tickets its members may see; none means all. `claim`: its name at the identity provider."""

    name: str
    title: str
    rights: frozenset[Right] = frozenset({Right.AGENT})
    accounts: frozenset[str] = frozenset()
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts. `id` is the name in `countersign.yaml`, else `account:id` as a help desk tells it."""

    id: str
    name: str
    groups: frozenset[str] = frozenset()
    rights: frozenset[Right] = frozenset()
    accounts: frozenset[str] | None = None  # None: all

    def narrowed(self, account: str) -> "Person":
        """The same person for one account's drafts and nothing else: more a help desk's word is not worth."""
        return replace(
            self,
            rights=self.rights & {Right.AGENT},
            accounts=frozenset({account} if self.sees(account) else ()),
        )

    def sees(self, account: str) -> bool:
        """Whether tickets of an account are this person's business."""
        return self.accounts is None or account in self.accounts


@dataclass(frozen=True, slots=True)
class Declared:
    """A person as declared. `ids`: account -> the help desk's id of the agent."""

    id: str
    name: str
    email: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()


class People:
    """Looks people up. An agent whom nobody declared may still act where no group is asked for."""

    def __init__(self, people: Sequence[Declared] = (), groups: Sequence[Group] = ()) -> None:
        self.groups = {group.name: group for group in groups}
        self.declared = {one.id: one for one in people}
        self._by_id = {(account, agent): one for one in people for account, agent in one.ids.items()}
        self._by_email = {one.email.casefold(): one for one in people if one.email}

    def at_desk(self, account: str, agent_id: str, *, name: str | None, email: str | None) -> Person:
        """The agent who wrote an entry, as the help desk tells it. Mail addresses count where no id is declared."""
        found = self._by_id.get((account, agent_id))
        if found is None and email and (known := self._by_email.get(email.casefold())) and account not in known.ids:
            found = known
        if found is not None:
            return self._person(found, found.groups)
        stranger = frozenset({Right.AGENT})
        return Person(f"{account}:{agent_id}", name or "an agent", rights=stranger, accounts=frozenset({account}))

    def signed_in(self, email: str, name: str, claims: Sequence[str] = ()) -> Person | None:
        """Somebody whom the identity provider vouches for; None for one who is in no group of ours."""
        known = self._by_email.get(email.casefold())
        claimed = {group.name for group in self.groups.values() if group.claim in claims and group.claim}
        groups = claimed | (known.groups if known else frozenset())
        if not groups:
            return None
        return self._person(known or Declared(email.casefold(), name or email), frozenset(groups))

    def by_id(self, person_id: str) -> Person | None:
        """A declared person, for the demo's picker and for sessions."""
        found = self.declared.get(person_id)
        return self._person(found, found.groups) if found else None

    def _person(self, found: Declared, names: frozenset[str]) -> Person:
        groups = [self.groups[name] for name in names if name in self.groups]
        everywhere = any(not group.accounts for group in groups)
        return Person(
            found.id,
            found.name,
            frozenset(group.name for group in groups),
            frozenset(right for group in groups for right in group.rights),
            None if everywhere else frozenset(account for group in groups for account in group.accounts),
        )
