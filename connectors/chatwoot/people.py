"""Who wrote a message: the requester, an agent, this gateway, or one of Chatwoot's machines."""

from typing import Any

from connectors.contract import Person, Role, Visibility
from connectors.values import identifier, mapping, text

TYPES = {0: "incoming", 1: "outgoing", 2: "activity", 3: "template"}


def kind_of(message: dict[str, Any]) -> str | None:
    """`incoming`, `outgoing`, `activity` or `template`; None for anything else."""
    told = message.get("message_type")
    if isinstance(told, int) and not isinstance(told, bool):
        return TYPES.get(told)
    return told if isinstance(told, str) and told in TYPES.values() else None


def visibility_of(message: dict[str, Any]) -> Visibility | None:
    """None where Chatwoot does not say it plainly."""
    private = message.get("private")
    if not isinstance(private, bool):
        return None
    return Visibility.INTERNAL if private else Visibility.PUBLIC


def role_of(message: dict[str, Any], *, me: str | None, requester: str | None) -> Role | None:
    """The author's role, or None where it cannot be told. Without `me`, any user may be this gateway.

    A contact at the top of a webhook has no `type`; automations and campaigns write without a sender, or in an
    agent's name and with their own id beside it. Source: chatwoot 4.14.2, app/models/message.rb.
    """
    sender, kind = mapping(message.get("sender")), kind_of(message)
    who = identifier(sender.get("id")) or identifier(message.get("sender_id"))
    if kind == "incoming":
        if who is None or requester is None:
            return None
        return Role.REQUESTER if who == requester else Role.PARTICIPANT
    if kind != "outgoing":
        return Role.SYSTEM if kind else None
    if _automatic(message):
        return Role.SYSTEM
    if sender.get("type") == "user" or message.get("sender_type") == "User":
        if me is None or who is None:
            return None
        return Role.INTEGRATION if who == me else Role.AGENT
    if not sender and mapping(message.get("content_attributes")).get("external_echo"):
        return Role.AGENT  # answered in the channel's own app
    return Role.SYSTEM


def _automatic(message: dict[str, Any]) -> bool:
    attributes, additional = mapping(message.get("content_attributes")), mapping(message.get("additional_attributes"))
    return bool(attributes.get("automation_rule_id") or additional.get("campaign_id"))


def contact(found: dict[str, Any], role: Role) -> Person:
    """A person on the customer's side."""
    return Person(
        id=identifier(found.get("id")) or "",
        role=role,
        name=text(found.get("name")),
        email=text(found.get("email")),
        phone=text(found.get("phone_number")),
        organisation=text(mapping(found.get("additional_attributes")).get("company_name")),
    )


def user(found: dict[str, Any], role: Role) -> Person:
    """A person, or a machine, on our side."""
    return Person(
        id=identifier(found.get("id")) or "",
        role=role,
        name=text(found.get("name")) or text(found.get("available_name")),
        email=text(found.get("email")),
    )
