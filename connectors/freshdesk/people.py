"""Who wrote an entry of a Freshdesk ticket, and who can see it."""

from email.utils import parseaddr
from typing import Any

from connectors.contract import Person, Role, Visibility
from connectors.values import identifier, mapping, text

FORWARDED = 8  # the source of an entry that went to somebody who is not on the ticket
OUTBOUND = 10  # the source of a ticket that an agent began with a mail


def visibility_of(entry: dict[str, Any]) -> Visibility | None:
    """None where Freshdesk does not say it plainly. What was forwarded did not reach the requester."""
    private = entry.get("private")
    if not isinstance(private, bool):
        return None
    return Visibility.INTERNAL if private or entry.get("source") == FORWARDED else Visibility.PUBLIC


def role_of(entry: dict[str, Any], *, me: str, requester: str | None) -> Role:
    """`incoming` is what came from the customer's side; without a user it was a rule, or Freshdesk itself."""
    user = identifier(entry.get("user_id"))
    if user is None:
        return Role.SYSTEM
    if user == me:
        return Role.INTEGRATION
    if user == requester and entry.get("private") is not True:
        return Role.REQUESTER
    return Role.PARTICIPANT if entry.get("incoming") is True else Role.AGENT


def author_of(entry: dict[str, Any], *, me: str, requester: Person) -> Person:
    """Entries name their author by id alone; the requester is known from the ticket."""
    role = role_of(entry, me=me, requester=requester.id)
    return requester if role is Role.REQUESTER else Person(identifier(entry.get("user_id")) or "", role)


def requester_of(ticket: dict[str, Any]) -> Person:
    found = mapping(ticket.get("requester"))
    return Person(
        id=identifier(ticket.get("requester_id")) or "",
        role=Role.REQUESTER,
        name=text(found.get("name")),
        email=text(found.get("email")),
        phone=text(found.get("phone")) or text(found.get("mobile")),
        organisation=text(mapping(ticket.get("company")).get("name")),
    )


def first_author(ticket: dict[str, Any], requester: Person) -> Person:
    """Who wrote the description: the requester, except for a mail that an agent began, whose author is not told."""
    return Person("", Role.AGENT) if ticket.get("source") == OUTBOUND else requester


def copied_in(address: Any) -> Person | None:
    """Somebody in copy, who has an address and no id."""
    name, email = parseaddr(text(address) or "")
    return Person(email, Role.PARTICIPANT, name or None, email) if "@" in email else None
