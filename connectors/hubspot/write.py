"""HubSpot takes a message and a change in separate calls, and none is conditional: the order makes a repeat harmless.

Fields of the CRM ticket come first, in one call; the message comes last, so that a message which is found again proves
that all of the write went through. Only closing comes after a public reply, because a reply may open the thread again.
"""

import re
from datetime import UTC, datetime
from typing import Any

from connectors.contract import (
    Action,
    Change,
    DraftReply,
    Priority,
    PublicReply,
    Role,
    Status,
    Ticket,
    Visibility,
    WriteReceipt,
)
from connectors.errors import ConnectorError, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.hubspot.directory import Directory
from connectors.hubspot.find import receipt
from connectors.hubspot.people import sender_of, visibility_of
from connectors.hubspot.read import properties_of, property_names, tags_of
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import TICKETS, actor_id, message_id, thread_path
from connectors.markup import neutralised, words_of
from connectors.values import identifier, lacks, mapping, moment, storable, text

PRIORITIES = {
    Priority.LOW: "LOW",
    Priority.NORMAL: "MEDIUM",
    Priority.HIGH: "HIGH",
    Priority.URGENT: "URGENT",
}
LINE_END = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
SPACES = re.compile(r"[ \t\r]+")
THREAD_STATUSES = {Status.OPEN: "OPEN", Status.SOLVED: "CLOSED"}


async def write(
    http: HttpClient,
    directory: Directory,
    settings: Settings,
    ticket: Ticket,
    action: Action | None,
    change: Change | None,
) -> WriteReceipt:
    """Write once. Raises `Rejected` before any call for what HubSpot cannot do."""
    path = thread_path(ticket.id)
    if not (action or change):
        raise Rejected("there is nothing to write: neither a message nor a change")
    answers = _refuse_impossible(settings, ticket, action)
    change = change or Change()
    fields = await _fields(directory, settings, ticket, change)
    tags = [_tag(tag) for tag in change.tags_added]
    status = _thread_status(settings, ticket, change)

    message = await _message(http, settings, path, action, answers) if action else None
    if fields or tags:
        await _update(http, settings, identifier(ticket.fields.get("crm_ticket_id")), fields, tags)
    last = status == "CLOSED" and isinstance(action, PublicReply)
    if status and not last:
        await _set_status(http, path, status)
    if action is None:
        return WriteReceipt(None, None, None, datetime.now(UTC))
    found = _receipt(mapping(await http.send("POST", f"{path}/messages", json=message)), ticket.id, action)
    if last:
        await _set_last_status(http, path)
    return found


def _refuse_impossible(settings: Settings, ticket: Ticket, action: Action | None) -> str | None:
    """The id of the message that a public reply answers."""
    if isinstance(action, DraftReply):
        raise Rejected("HubSpot lets no app put a draft into the composer; write a comment")
    if not isinstance(action, PublicReply):
        return None
    if settings.sender_actor_id is None:
        raise Rejected("set options.sender_actor_id: HubSpot sends a message in the name of one of its users only")
    asked = [
        one for one in ticket.messages if one.author.role is Role.REQUESTER and one.visibility is Visibility.PUBLIC
    ]
    if not asked:
        raise Rejected("the requester never wrote on this thread, so HubSpot has no channel to answer on")
    return asked[-1].id


async def _fields(directory: Directory, settings: Settings, ticket: Ticket, change: Change) -> dict[str, str]:
    """What changes on the CRM ticket, tags apart."""
    stage = settings.stages.get(change.status) if change.status and change.status is not ticket.status else None
    wanted = bool(change.tags_added or change.priority or change.team or change.assignee or stage)
    if wanted and not identifier(ticket.fields.get("crm_ticket_id")):
        raise Rejected(
            "the thread has no ticket in HubSpot, and only a ticket has tags, priority, team, owner or stage"
        )
    if change.tags_added and not settings.tags_property:
        raise Rejected("HubSpot has no tags; set options.tags_property to a ticket property that keeps them")
    if change.team and not settings.team_property:
        raise Rejected("HubSpot gives no ticket to a team; set options.team_property to a property that workflows read")
    fields = {
        "hs_ticket_priority": PRIORITIES[change.priority] if change.priority else None,
        "hubspot_owner_id": await directory.owners.id_of(change.assignee) if change.assignee else None,
        "hs_pipeline_stage": stage,
        str(settings.team_property): storable(change.team) if change.team else None,
    }
    return {key: value for key, value in fields.items() if value}


def _thread_status(settings: Settings, ticket: Ticket, change: Change) -> str | None:
    if not change.status or change.status is ticket.status:
        return None
    if change.status not in THREAD_STATUSES and change.status not in settings.stages:
        raise Rejected(f"a thread is open or closed; for {change.status} name a ticket stage in options.stages")
    return THREAD_STATUSES.get(change.status)


async def _update(
    http: HttpClient, settings: Settings, crm_ticket: str | None, fields: dict[str, str], tags: list[str]
) -> None:
    """One call for all fields. Tags are overwritten by HubSpot, so they are read right before: that read counts as part
    of the write, one try, and its failure says that the write may have begun."""
    path = f"{TICKETS}/{crm_ticket}"
    wanted = dict(fields)
    if tags and settings.tags_property:
        answer = await http.send("GET", path, params={"properties": property_names(settings)})
        there = tags_of(properties_of(answer, may_be_stored=True), settings)
        together = list(dict.fromkeys([*there, *tags]))
        if together != there:
            wanted[settings.tags_property] = ";".join(together)
    if not wanted:
        return
    kept = properties_of(await http.send("PATCH", path, json={"properties": wanted}), may_be_stored=True)
    if lost := sorted(key for key, value in wanted.items() if key in kept and _parts(kept[key]) != _parts(value)):
        raise Unavailable(f"HubSpot did not keep {', '.join(lost)} as it was asked to", may_be_stored=True)


def _parts(value: Any) -> set[str]:
    """HubSpot may put the values of checkboxes into an order of its own."""
    return set(str(value).split(";"))


def _tag(tag: str) -> str:
    found = storable(tag).replace(";", " ").strip()
    if not found:
        raise Rejected("a tag has no character")
    return found


async def _set_status(http: HttpClient, path: str, status: str) -> None:
    answer = mapping(await http.send("PATCH", path, json={"status": status}))
    if answer.get("status") != status:
        raise Unavailable("HubSpot does not say that it changed the thread's status", may_be_stored=True)


async def _set_last_status(http: HttpClient, path: str) -> None:
    try:
        await _set_status(http, path, "CLOSED")
    except ConnectorError as error:
        raise Unavailable(
            f"the reply is stored and the thread is not closed ({error})", status=error.status, may_be_stored=True
        ) from None


async def _message(
    http: HttpClient, settings: Settings, path: str, action: Action, answers: str | None
) -> dict[str, Any]:
    rich = neutralised(storable(action.body))
    said = {"text": _plain(rich), "richText": rich}
    if answers is None:
        return {"type": "COMMENT", **said}
    asked = mapping(await http.send("GET", f"{path}/messages/{answers}"))
    return {"type": "MESSAGE", **said, "senderActorId": settings.sender_actor_id, **_way_back(asked)}


def _plain(rich: str) -> str:
    """The words in lines, for channels that show no page; a hair space stays where `neutralised` put it."""
    lines = SPACES.sub(" ", words_of(LINE_END.sub("\n", rich.replace("\n", " ")))).split("\n")
    return "\n".join(line for one in lines if (line := one.strip(" ")))


def _way_back(asked: dict[str, Any]) -> dict[str, Any]:
    """The channel and the person of a message that came in, which is where its answer goes."""
    channel, account = identifier(asked.get("channelId")), identifier(asked.get("channelAccountId"))
    sender = sender_of(asked)
    if channel is None or account is None or not sender or asked.get("direction") != "INCOMING":
        raise lacks("the channel and the sender of the message to be answered", may_be_stored=True)
    actor, address = actor_id(sender.get("actorId")), mapping(sender.get("deliveryIdentifier"))
    recipient = {
        "recipientField": "TO",
        **({"actorId": actor} if actor else {}),
        **({"deliveryIdentifiers": [address]} if address else {}),
    }
    subject = text(asked.get("subject"))
    return {
        "channelId": channel,
        "channelAccountId": account,
        "recipients": [recipient],
        **({"subject": subject if subject.casefold().startswith("re:") else f"Re: {subject}"} if subject else {}),
    }


def _receipt(answer: dict[str, Any], ticket_id: str, action: Action) -> WriteReceipt:
    if not (message_id(answer.get("id")) and visibility_of(answer) and moment(answer.get("createdAt"))):
        raise Unavailable("HubSpot took the message and does not say what it kept", may_be_stored=True)
    found = receipt(answer)
    public = found.visibility is Visibility.PUBLIC
    if isinstance(action, PublicReply) and not public:
        raise Rejected(
            f"message {found.entry_id} on thread {ticket_id} was meant for the requester and is stored as a comment"
        )
    if not isinstance(action, PublicReply) and public:
        raise Rejected(
            f"ALARM: comment {found.entry_id} on thread {ticket_id} was written as internal and is stored as a PUBLIC "
            "message: the requester can read it. Look at that thread in HubSpot now"
        )
    return found
