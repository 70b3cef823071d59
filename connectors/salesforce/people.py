"""Who somebody is on a case: the requester, somebody on that side, an agent, this gateway, or Salesforce itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.contract import Person, Role
from connectors.salesforce.values import USER, record_id
from connectors.values import mapping, text

STAFF = "Standard"  # User.UserType of licensed users; others are customers, partners and guests of a portal
ITSELF = {"AutomatedProcess", "CloudIntegrationUser"}


class People:
    """The people of one case. Its requester is a contact, or whoever filled in the form or wrote the first mail."""

    def __init__(self, case: Mapping[str, Any], incoming: Iterable[Mapping[str, Any]], me: str) -> None:
        self._me = me
        contact, first = mapping(case.get("Contact")), next(iter(incoming), {})
        email = text(contact.get("Email")) or text(case.get("SuppliedEmail")) or text(first.get("FromAddress"))
        self.requester = Person(
            id=record_id(case.get("ContactId")) or email or "",
            role=Role.REQUESTER,
            name=text(contact.get("Name")) or text(case.get("SuppliedName")) or text(first.get("FromName")),
            email=email,
            phone=text(contact.get("Phone")) or text(case.get("SuppliedPhone")),
            organisation=text(mapping(case.get("Account")).get("Name")),
        )
        told = (contact.get("Email"), case.get("SuppliedEmail"), email)
        self._addresses = {found.casefold() for one in told if (found := text(one))}

    def writes_from(self, address: str | None, name: str | None) -> Person:
        """The sender of an e-mail that came. Another address than the requester's is somebody on that side."""
        if (address or "").casefold() in self._addresses:
            return self.requester
        return Person(address or "", Role.PARTICIPANT, name=name, email=address)

    def reached(self, row: Mapping[str, Any], senders: Iterable[str]) -> bool:
        """Whether a sent e-mail went to the requester's side, and not from a case to an expert of ours."""
        sides = self._addresses | {one.casefold() for one in senders}
        fields = (text(row.get(name)) or "" for name in ("ToAddress", "CcAddress", "BccAddress"))
        return any(one.strip().casefold() in sides for some in fields for one in some.split(";"))

    def user(self, row: Mapping[str, Any], relation: str, *, internal: bool) -> Person:
        """A user that wrote. Staff who are the requester wrote as the requester, but for what requesters cannot see."""
        user_id, told = record_id(row.get(f"{relation}Id"), USER) or "", mapping(row.get(relation))
        email = text(told.get("Email"))
        kind, theirs = text(told.get("UserType")), (email or "").casefold() in self._addresses
        return Person(
            user_id, self._role(user_id, kind, theirs=theirs, internal=internal), text(told.get("Name")), email
        )

    def _role(self, user_id: str, kind: str | None, *, theirs: bool, internal: bool) -> Role:
        if user_id == self._me:
            return Role.INTEGRATION
        if kind in ITSELF:
            return Role.SYSTEM
        if theirs and not internal:
            return Role.REQUESTER
        staff = kind == STAFF or (kind is None and internal)
        return Role.AGENT if staff else Role.PARTICIPANT
