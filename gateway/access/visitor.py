"""A visitor of pages or API: somebody who signed in, the operator of this machine, or the holder of a draft's link."""

from dataclasses import dataclass

from gateway.access.people import Person, Right
from gateway.errors import GatewayError, NotAllowed, NotFound

OPERATOR = "admin"  # whoever sits at the machine itself
HOLDER = "admin token"  # whoever holds it, wherever that is
_OF_THE_OPERATOR = frozenset({Right.ADMIN, Right.OPS, Right.AUDITOR})
NOTHING = "there is nothing here that you may see"


@dataclass(frozen=True, slots=True)
class Visitor:
    """`draft`: the run whose draft a signed link shows; nothing else is open to its holder. `token`: an operator by the
    admin token. `address`: of the connection, which may be a proxy's.

    The operator sees and runs everything and is nobody in particular, so that no draft is ever approved by "admin"."""

    person: Person | None = None
    operator: bool = False
    draft: int | None = None
    token: bool = False
    address: str | None = None

    @property
    def name(self) -> str:
        """For records of who did something."""
        if self.person is not None:
            return self.person.id
        return (HOLDER if self.token else OPERATOR) if self.operator else "link"

    def at(self, door: str) -> str:
        """From where, for records: the door, and the address that it was opened from."""
        return f"{door}, {self.address}" if self.address else door

    @property
    def rights(self) -> frozenset[Right]:
        if self.person is not None:
            return self.person.rights
        return _OF_THE_OPERATOR if self.operator else frozenset()

    @property
    def accounts(self) -> frozenset[str] | None:
        """Whose tickets this visitor may see; None: all."""
        return self.person.accounts if self.person else None if self.operator else frozenset()

    @property
    def runs_it(self) -> bool:
        """Whether dead events and pauses, which know no accounts, are this visitor's business."""
        return self.accounts is None and self.may(*_OF_THE_OPERATOR)

    def may(self, *rights: Right) -> bool:
        """Whether one of these rights is there."""
        return bool(self.rights & set(rights))

    def need(self, *rights: Right) -> None:
        """Raises NotAllowed without any of them."""
        if not self.may(*rights):
            raise NotAllowed(
                f"this needs the right {' or '.join(rights)}", remedy="Ask an admin, or sign in as somebody else"
            )

    def sees(self, account: str) -> bool:
        """Whether tickets of an account are this visitor's business."""
        return self.accounts is None or account in self.accounts

    def need_account(self, account: str) -> None:
        """Raises NotFound for somebody else's account: a stranger does not learn what is there."""
        if not self.sees(account):
            raise NotFound(NOTHING)

    def told(self, error: GatewayError) -> GatewayError:
        """An error as it may be told: to whoever does not see all, what is not there looks like what is not theirs."""
        limited = self.accounts is not None and (self.person is not None or self.draft is not None)
        return NotFound(NOTHING) if limited and isinstance(error, NotFound) else error
