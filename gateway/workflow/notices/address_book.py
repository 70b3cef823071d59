"""Who is meant by a name of a policy, by the owner of an account or a budget."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Mail addresses. `names`: those that policies tell. `accounts`, `budgets`: the contact of each owner."""

    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    budgets: Mapping[str, str] = field(default_factory=dict)
    operators: tuple[str, ...] = ()

    def of_names(self, names: Iterable[str]) -> list[str]:
        return [address for name in names for address in self.names.get(name, ())]

    def of_account(self, account: str | None) -> list[str]:
        return _mail(self.accounts.get(account or ""))

    def of_budget(self, budget: str) -> list[str]:
        return _mail(self.budgets.get(budget))

    def unknown(self, names: Iterable[str]) -> list[str]:
        """Those of the names that lead to nobody."""
        return [name for name in names if not self.names.get(name)]


def _mail(contact: str | None) -> list[str]:
    """A contact may be anything that people understand: a channel, a telephone, an address."""
    return [contact] if contact and "@" in contact[1:-1] and not any(map(str.isspace, contact)) else []
