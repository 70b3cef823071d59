"""Who wrote a thread of a Help Scout conversation, and who can see it."""

from typing import Any

from connectors.contract import Person, Role, Visibility
from connectors.values import identifier, mapping, text

# Threads that say something. A line item tells of a change, and a forward went to somebody outside.
SAYING = {"customer", "message", "reply", "note", "chat", "beaconchat", "phone", "forwardparent", "forwardchild"}
REACHING = {"customer", "message", "reply", "chat", "beaconchat"}
ANSWERS = {"message", "reply"}


def visibility_of(thread: dict[str, Any]) -> Visibility | None:
    """None where Help Scout does not say it plainly."""
    kind, state = thread.get("type"), thread.get("state")
    if not isinstance(kind, str) or not isinstance(state, str) or kind not in SAYING:
        return None
    if state == "draft":
        return Visibility.DRAFT
    return Visibility.PUBLIC if kind in REACHING and state == "published" else Visibility.INTERNAL


def role_of(thread: dict[str, Any], *, me: str | None, requester: str | None) -> Role | None:
    """The author's role, or None where it cannot be told. Customers and users are counted apart: ids may coincide.

    Without `me`, any user may be this gateway.
    """
    author = mapping(thread.get("createdBy"))
    who, kind = identifier(author.get("id")), author.get("type")
    if who is None or not isinstance(kind, str):
        return None
    if kind == "customer":
        return None if requester is None else Role.REQUESTER if who == requester else Role.PARTICIPANT
    if kind != "user":
        return Role.SYSTEM
    return None if me is None else Role.INTEGRATION if who == me else Role.AGENT


def person(found: dict[str, Any], role: Role) -> Person:
    """A person as Help Scout tells it, whose names come in two spellings."""
    names = (
        text(found.get("first")) or text(found.get("firstName")),
        text(found.get("last")) or text(found.get("lastName")),
    )
    return Person(
        id=identifier(found.get("id")) or "",
        role=role,
        name=" ".join(name for name in names if name) or None,
        email=text(found.get("email")),
    )


def requester_id(conversation: dict[str, Any]) -> str | None:
    return identifier(mapping(conversation.get("primaryCustomer")).get("id"))
