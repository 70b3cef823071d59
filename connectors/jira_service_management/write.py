"""A note goes through the service desk's API, because a comment of Jira's platform is public.

A reply goes through the platform, word for word, with its mark attached in the same call. What comes back is looked at
either way. Jira has no conditional write: what may be done twice comes first, and the message last, so that a mark
that is found proves that all went through. Only solving comes after a public reply.
"""

from datetime import UTC, datetime
from typing import Any

from connectors.contract import (
    Action,
    Change,
    DraftReply,
    InternalNote,
    PublicReply,
    Status,
    Ticket,
    Visibility,
    WriteReceipt,
)
from connectors.errors import ConnectorError, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.jira_service_management import adf
from connectors.jira_service_management.people import visibility_of
from connectors.jira_service_management.routing import transition_to, update_for
from connectors.jira_service_management.settings import Settings
from connectors.jira_service_management.values import MARK_KEY, issue_path, request_path
from connectors.jira_service_management.wiki import as_wiki
from connectors.values import identifier, mapping, moment

ENDED = (Status.SOLVED, Status.CLOSED)


async def write(
    http: HttpClient, settings: Settings, ticket: Ticket, action: Action | None, change: Change | None
) -> WriteReceipt:
    """Write once. Raises `Rejected` before any call for what Jira cannot do."""
    if not (action or change):
        raise Rejected("there is nothing to write: neither a message nor a change")
    if isinstance(action, DraftReply):
        raise Rejected("Jira keeps no drafts that others can see; write an internal note")
    change = change or Change()
    update = await update_for(http, settings, ticket, change)
    transition = await transition_to(http, settings, ticket, change.status)
    last = isinstance(action, PublicReply) and change.status in ENDED

    if update:
        _silent(await http.send("PUT", issue_path(ticket.id), json=update), "the update")
    if transition and not last:
        await _move(http, settings, ticket, change, transition)
    if action is None:
        return WriteReceipt(None, None, None, datetime.now(UTC))
    kept = await (_note(http, ticket, action) if isinstance(action, InternalNote) else _reply(http, ticket, action))
    receipt = _receipt(kept, ticket.id, action)
    if transition and last:
        await _move_last(http, settings, ticket, change, transition)
    return receipt


async def _note(http: HttpClient, ticket: Ticket, action: InternalNote) -> dict[str, Any]:
    """`public` is always said: left out, the requester would be told."""
    body = {"body": as_wiki(action.body), "public": False}
    return mapping(await http.send("POST", f"{request_path(ticket.id)}/comment", json=body))


async def _reply(http: HttpClient, ticket: Ticket, action: PublicReply) -> dict[str, Any]:
    """The only call of this connector that the requester is told of."""
    mark = {"key": MARK_KEY, "value": {"mark": action.mark.value}}
    body = {"body": adf.document(action.body), "properties": [mark]}
    return mapping(await http.send("POST", f"{issue_path(ticket.id)}/comment", json=body))


async def _move(http: HttpClient, settings: Settings, ticket: Ticket, change: Change, transition: str) -> None:
    body: dict[str, Any] = {"transition": {"id": transition}}
    if settings.resolution and change.status in ENDED:
        body["fields"] = {"resolution": {"name": settings.resolution}}
    _silent(await http.send("POST", f"{issue_path(ticket.id)}/transitions", json=body), "the transition")


async def _move_last(http: HttpClient, settings: Settings, ticket: Ticket, change: Change, transition: str) -> None:
    try:
        await _move(http, settings, ticket, change, transition)
    except ConnectorError as error:
        raise Unavailable(
            f"the reply is stored and the status is not changed ({error})", status=error.status, may_be_stored=True
        ) from None


def _silent(answer: Any, what: str) -> None:
    """Jira answers these with nothing at all; a document is a sign that something else answered."""
    if answer is not None:
        raise Unavailable(f"Jira's answer to {what} is not one that it documents", may_be_stored=True)


def _receipt(kept: dict[str, Any], ticket_id: str, action: Action) -> WriteReceipt:
    """The version after the write is not known: it is a hash of a ticket that nobody has read yet."""
    entry, visibility = identifier(kept.get("id")), visibility_of(kept)
    if entry is None or visibility is None:
        raise Unavailable("Jira took the comment and does not say who can see it", may_be_stored=True)
    _refuse_other_visibility(visibility, action, ticket_id, entry)
    created = kept.get("created")
    at = moment(mapping(created).get("iso8601")) or moment(created)
    return WriteReceipt(entry, visibility, None, at or datetime.now(UTC))


def _refuse_other_visibility(visibility: Visibility, action: Action, ticket_id: str, entry: str) -> None:
    if isinstance(action, PublicReply) and visibility is not Visibility.PUBLIC:
        raise Rejected(
            f"comment {entry} on issue {ticket_id} was meant for the requester and is stored as internal: look whether "
            "the integration user may reply to customers"
        )
    if isinstance(action, InternalNote) and visibility is Visibility.PUBLIC:
        raise Rejected(
            f"ALARM: comment {entry} on issue {ticket_id} was written as internal and is stored as PUBLIC: the "
            "requester can read it. Delete it in Jira now, and give the integration user an agent's licence there"
        )
