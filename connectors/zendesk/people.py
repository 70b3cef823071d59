"""Who somebody is on a ticket: the requester, somebody copied in, an agent, this gateway, or Zendesk itself."""

from collections.abc import Iterable
from typing import Any

from connectors.contract import Person, Role
from connectors.values import text
from connectors.zendesk.values import identifier

STAFF = {"agent", "admin"}


def role_of(user: str | None, *, me: str | None, requester: str | None, staff: bool | None) -> Role | None:
    """The role, or None where it cannot be told. Without `me`, any member of staff may be this gateway."""
    if user is None:
        return None
    if user == me:
        return Role.INTEGRATION
    if user.startswith("-"):
        return Role.SYSTEM
    if user == requester:
        return Role.REQUESTER
    if staff is None or (staff and me is None):
        return None
    return Role.AGENT if staff else Role.PARTICIPANT


class People:
    """The users and organizations that came along with an answer, as people on one ticket."""

    def __init__(self, me: str, requester: str | None) -> None:
        self._me = me
        self._requester = requester
        self._users: dict[str, dict[str, Any]] = {}
        self._organisations: dict[str, str | None] = {}

    def add(self, users: Iterable[dict[str, Any]], organisations: Iterable[dict[str, Any]] = ()) -> None:
        self._users |= {one: user for user in users if (one := identifier(user.get("id")))}
        for organisation in organisations:
            if one := identifier(organisation.get("id")):
                self._organisations[one] = text(organisation.get("name"))

    def person(self, user_id: str | None, *, wrote_internally: bool = False) -> Person:
        """The person with this id. Who is unknown counts as staff only for what a requester cannot write."""
        user = self._users.get(user_id or "", {})
        staff = user["role"] in STAFF if text(user.get("role")) else wrote_internally
        role = role_of(user_id, me=self._me, requester=self._requester, staff=staff)
        return Person(
            id=user_id or "",
            role=role or Role.PARTICIPANT,
            name=text(user.get("name")),
            email=text(user.get("email")),
            phone=text(user.get("phone")),
            organisation=self._organisations.get(identifier(user.get("organization_id")) or ""),
        )
