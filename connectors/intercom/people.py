"""Who wrote a part of a conversation, and who can see it.

Intercom calls whoever works in the inbox an admin, and so the integration user too. What a part is does not tell
whether it is a message: closing, assigning and opening may carry words to the requester.
"""

from typing import Any

from connectors.contract import Person, Role, Visibility
from connectors.intercom.values import contact_id
from connectors.values import identifier, mapping, objects, several, text

CONTACTS = {"user", "lead", "contact", "visitor"}
NOTES = {"note", "note_and_reopen"}
# Parts whose words the requester reads. Anything else that somebody at our side says counts as internal.
REPLIES = {"comment", "quick_reply", "open", "close", "assignment", "assign_and_reopen"}


def is_contact(author: Any) -> bool:
    """Whether somebody is on the customer's side."""
    return text(mapping(author).get("type")) in CONTACTS


def requester_of(conversation: dict[str, Any]) -> str | None:
    """The contact who began, else the first one of the conversation."""
    author = mapping(mapping(conversation.get("source")).get("author"))
    if is_contact(author) and (began := contact_id(author.get("id"))):
        return began
    contacts = objects(mapping(conversation.get("contacts")).get("contacts"))
    return next((one for row in contacts if (one := contact_id(row.get("id")))), None)


def role_of(author: Any, *, me: str | None, requester: str | None) -> Role | None:
    """The author's role, or None where it cannot be told. Without `me`, any admin may be this gateway."""
    found = mapping(author)
    kind = text(found.get("type"))
    if kind in ("bot", "team") or found.get("from_ai_agent") is True or found.get("is_ai_answer") is True:
        return Role.SYSTEM
    if kind in CONTACTS:
        who = contact_id(found.get("id"))
        if who is None or requester is None:
            return None
        return Role.REQUESTER if who == requester else Role.PARTICIPANT
    who = identifier(found.get("id"))
    if kind != "admin" or who is None or me is None:
        return None
    return Role.INTEGRATION if who == me else Role.AGENT


def visibility_of(part: dict[str, Any]) -> Visibility | None:
    """None for a part that says nothing, such as an assignment without words."""
    if not (text(part.get("body")) or several(part.get("attachments"))):
        return None
    kind = text(part.get("part_type"))
    if kind in NOTES:
        return Visibility.INTERNAL
    return Visibility.PUBLIC if is_contact(part.get("author")) or kind in REPLIES else Visibility.INTERNAL


def person(author: Any, role: Role) -> Person:
    """Somebody as a part, an admin list or a contact tells of them."""
    found = mapping(author)
    return Person(
        id=contact_id(found.get("id")) or identifier(found.get("id")) or "",
        role=role,
        name=text(found.get("name")),
        email=text(found.get("email")),
        phone=text(found.get("phone")),
    )
