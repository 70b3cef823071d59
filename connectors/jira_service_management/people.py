"""Who wrote something: the requester, somebody on the requester's side, an agent, this gateway, or an app."""

from collections.abc import Collection
from typing import Any

from connectors.contract import Person, Role, Visibility
from connectors.jira_service_management.values import account_id
from connectors.values import mapping, text


def role_of(
    author: dict[str, Any],
    *,
    me: str | None,
    requester: str | None,
    participants: Collection[str] = (),
    visibility: Visibility | None = None,
) -> Role | None:
    """The author's role, or None where it cannot be told. Without `me`, any member of the site may be this gateway.

    Members of the site raise requests too, so that an account of theirs is an agent's only where the requester is known
    to be somebody else. What is internal no customer can have written.
    """
    who, kind = account_id(author.get("accountId")), author.get("accountType")
    if who is None:
        return None
    if who == me:
        return Role.INTEGRATION
    if kind == "app":
        return Role.SYSTEM if me else None
    if who == requester:
        return Role.REQUESTER
    if visibility is Visibility.INTERNAL:
        return Role.AGENT if me else None
    if who in participants or (kind == "customer" and requester):
        return Role.PARTICIPANT
    return Role.AGENT if kind == "atlassian" and me and requester else None


def visibility_of(comment: dict[str, Any]) -> Visibility | None:
    """None where Jira does not say it plainly. A comment that is kept for a group is seen by no customer."""
    public = comment.get("jsdPublic", comment.get("public"))
    if not isinstance(public, bool):
        return None
    return Visibility.PUBLIC if public and not mapping(comment.get("visibility")) else Visibility.INTERNAL


def person(found: dict[str, Any], role: Role) -> Person:
    return Person(
        id=account_id(found.get("accountId")) or "",
        role=role,
        name=text(found.get("displayName")),
        email=text(found.get("emailAddress")),
    )
