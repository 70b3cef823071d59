"""Who wrote on a thread, and who can see it.

A message names its writer as an actor, and tells apart what came through an app. So this gateway is known by its app,
and by the user in whose name its messages go out.
"""

from typing import Any

from connectors.contract import Person, Role, Visibility
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import actor_id
from connectors.values import identifier, mapping, objects, text

SEEN_BY = {
    "MESSAGE": Visibility.PUBLIC,
    "WELCOME_MESSAGE": Visibility.PUBLIC,
    "COMMENT": Visibility.INTERNAL,
}


def visibility_of(message: dict[str, Any]) -> Visibility | None:
    """None for what is no message, such as a change of the assignee."""
    return SEEN_BY.get(text(message.get("type")) or "")


def sender_of(message: dict[str, Any]) -> dict[str, Any]:
    return next(iter(objects(message.get("senders"))), {})


def email_of(sender: dict[str, Any]) -> str | None:
    """A mail's sender may be no actor at all, only an address."""
    found = mapping(sender.get("deliveryIdentifier"))
    return text(found.get("value")) if found.get("type") == "HS_EMAIL_ADDRESS" else None


def actor_of(message: dict[str, Any]) -> str:
    """The writer's actor id, else the address."""
    sender = sender_of(message)
    return actor_id(sender.get("actorId")) or email_of(sender) or actor_id(message.get("createdBy")) or ""


def is_own(message: dict[str, Any], settings: Settings) -> bool:
    """Whether this gateway wrote it: it came through our app, or in the name of the user that is kept for us.

    HubSpot does not promise to name the app, so what went out through one without a name may be ours, and counts.
    What came in never does, also where an app of somebody's carried it.
    """
    if message.get("direction") == "INCOMING":
        return False
    client = mapping(message.get("client"))
    app = identifier(client.get("integrationAppId"))
    if app is not None:
        return app == settings.app_id
    through_ours = client.get("clientType") == "INTEGRATION" or message.get("createdBy") == f"I-{settings.app_id}"
    return through_ours or (settings.sender_actor_id is not None and actor_of(message) == settings.sender_actor_id)


def role_of(message: dict[str, Any], settings: Settings, requester: Person) -> Role:
    """What came through another app, or through HubSpot's own machines, is no agent's."""
    if is_own(message, settings):
        return Role.INTEGRATION
    actor = actor_of(message)
    if visibility_of(message) is Visibility.PUBLIC and message.get("direction") == "INCOMING":
        by_mail = requester.email and requester.email.casefold() == actor.casefold()
        return Role.REQUESTER if by_mail or actor == requester.id else Role.PARTICIPANT
    through = mapping(message.get("client")).get("clientType")
    written = actor.startswith("A-") and through not in ("INTEGRATION", "SYSTEM")
    return Role.AGENT if written and message.get("type") != "WELCOME_MESSAGE" else Role.SYSTEM


def writer(message: dict[str, Any], settings: Settings, requester: Person) -> Person:
    role, sender = role_of(message, settings, requester), sender_of(message)
    if role is Role.REQUESTER:
        return requester
    return Person(id=actor_of(message), role=role, name=text(sender.get("name")), email=email_of(sender))


def requester_of(contact: dict[str, Any], messages: list[dict[str, Any]]) -> Person:
    """The contact that the thread belongs to, else whoever wrote in first."""
    first = next((one for one in messages if one.get("direction") == "INCOMING"), {})
    known, sender = mapping(contact.get("properties")), sender_of(first)
    number = identifier(contact.get("id"))
    names = [name for key in ("firstname", "lastname") if (name := text(known.get(key)))]
    return Person(
        id=f"V-{number}" if number else actor_of(first),
        role=Role.REQUESTER,
        name=" ".join(names) or text(sender.get("name")),
        email=text(known.get("email")) or email_of(sender),
        phone=text(known.get("phone")),
        organisation=text(known.get("company")),
    )
