"""Who wrote something: the requester, somebody else outside, a teammate, this gateway, or one of Front's machines."""

import re
from typing import Any

from connectors.contract import Person, Role
from connectors.front.values import resource
from connectors.values import mapping, objects, text

PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,24}", re.ASCII)


def role_of(teammate: dict[str, Any], me: str) -> Role | None:
    """The role of an author inside Front; None where nobody is named. Bots have another `type` than `user`."""
    who = resource(teammate.get("id"), "tea")
    if who is None:
        return None
    if who == me:
        return Role.INTEGRATION
    return Role.AGENT if teammate.get("type", "user") == "user" else Role.SYSTEM


def teammate(found: dict[str, Any], role: Role) -> Person:
    """A person, or a machine, on our side."""
    names = (text(found.get("first_name")), text(found.get("last_name")))
    return Person(
        id=resource(found.get("id"), "tea") or "",
        role=role,
        name=" ".join(name for name in names if name) or text(found.get("username")),
        email=text(found.get("email")),
    )


def sender(message: dict[str, Any]) -> dict[str, Any]:
    """Who a message from outside is from; empty where it does not tell."""
    return next((one for one in objects(message.get("recipients")) if one.get("role") == "from"), {})


def outside_role(recipient: dict[str, Any], requester: str | None) -> Role | None:
    """The role of somebody outside, who is known by a handle: an address, a number, or a name in some channel."""
    handle = text(recipient.get("handle"))
    if handle is None or requester is None:
        return None
    return Role.REQUESTER if handle.casefold() == requester.casefold() else Role.PARTICIPANT


def outside(recipient: dict[str, Any], role: Role) -> Person:
    """Somebody on the customer's side. The handle is the id, because Front writes to handles."""
    handle = text(recipient.get("handle")) or ""
    return Person(
        id=handle,
        role=role,
        name=text(recipient.get("name")),
        email=handle if "@" in handle.strip("@") else None,
        phone=handle if PHONE.fullmatch(handle) else None,
    )


def handle_of(conversation: dict[str, Any]) -> str | None:
    """The requester's handle."""
    return text(mapping(conversation.get("recipient")).get("handle"))
