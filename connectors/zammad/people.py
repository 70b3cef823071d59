"""Who wrote an article: the requester, somebody copied in, an agent, this gateway, or Zammad itself."""

from email.utils import parseaddr
from typing import Any

from connectors.contract import Person, Role, Visibility
from connectors.values import identifier, mapping, text

NOBODY = "1"  # Zammad's own user, who also owns what nobody owns


def author_id(article: dict[str, Any]) -> str | None:
    """Whose words they are: an agent may enter what a customer said."""
    return identifier(article.get("origin_by_id")) or identifier(article.get("created_by_id"))


def role_of(article: dict[str, Any], *, me: str | None, requester: str | None) -> Role | None:
    """The author's role, or None where it cannot be told. Without `me`, any agent may be this gateway."""
    sender, who = article.get("sender"), author_id(article)
    if sender == "System":
        return Role.SYSTEM
    if sender == "Customer":
        if who is None or requester is None:
            return None
        return Role.REQUESTER if who == requester else Role.PARTICIPANT
    if sender != "Agent":
        return None
    if who == NOBODY:
        return Role.SYSTEM
    if me is None or who is None:
        return None
    return Role.INTEGRATION if who == me else Role.AGENT


def visibility_of(article: dict[str, Any]) -> Visibility | None:
    """None where Zammad does not say it plainly."""
    internal = article.get("internal")
    if not isinstance(internal, bool):
        return None
    return Visibility.INTERNAL if internal else Visibility.PUBLIC


def author(article: dict[str, Any], role: Role) -> Person:
    """What an article tells of its author: the name and address of its sender."""
    name, address = parseaddr(text(article.get("from")) or "")
    alone = address if "@" not in address else ""  # a note's sender is a name and nothing else
    return Person(
        id=author_id(article) or "",
        role=role,
        name=name or (text(article.get("from")) if alone else None),
        email=address if "@" in address else None,
    )


def user(found: dict[str, Any], role: Role) -> Person:
    """A user as Zammad lists it, with `expand`."""
    names = (text(found.get("firstname")), text(found.get("lastname")))
    organisation = found.get("organization")
    return Person(
        id=identifier(found.get("id")) or "",
        role=role,
        name=" ".join(name for name in names if name) or text(found.get("login")),
        email=text(found.get("email")),
        phone=text(found.get("phone")) or text(found.get("mobile")),
        organisation=text(organisation) or text(mapping(organisation).get("name")),
    )
