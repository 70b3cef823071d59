"""Chatwoot takes a change in several calls, and none of them is conditional: the order makes a repeat harmless.

What may be done twice comes first; the message, which carries the mark, comes last. So a mark that is found proves
that all of the write went through. One thing comes after a public reply: resolving, because Chatwoot may then send a
survey, and that must not reach the requester before the answer.
"""

import re
from datetime import UTC, datetime
from typing import Any

from connectors.chatwoot.directory import Directory
from connectors.chatwoot.paths import conversation_path
from connectors.chatwoot.people import visibility_of
from connectors.chatwoot.read import MARK_KEY
from connectors.chatwoot.template import neutralised
from connectors.contract import Action, Change, DraftReply, PublicReply, Role, Status, Ticket, Visibility, WriteReceipt
from connectors.errors import ConnectorError, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import identifier, lacks, mapping, moment, several, storable, text

LONGEST_BODY = 150_000  # characters
STATUSES = {Status.OPEN: "open", Status.PENDING: "snoozed", Status.SOLVED: "resolved"}
NOT_IN_A_LABEL = re.compile(r"[^\w-]+")
PRIORITIES = {"low": "low", "normal": "medium", "high": "high", "urgent": "urgent"}


async def write(
    http: HttpClient,
    directory: Directory,
    account_id: str,
    ticket: Ticket,
    action: Action | None,
    change: Change | None,
) -> WriteReceipt:
    """Write once. Raises `Rejected` before any call for what Chatwoot cannot do."""
    path = conversation_path(account_id, ticket.id)
    message = _message(ticket, action) if action else None
    status = _status(ticket, change)
    if not (message or change):
        raise Rejected("there is nothing to write: neither a message nor a change")
    team = await directory.team(change.team) if change and change.team else None
    agent = await directory.agent(change.assignee) if change and change.assignee else None
    last = status if status == "resolved" and isinstance(action, PublicReply) else None

    if change and change.tags_added:
        await _add_labels(http, path, change)
    if change and change.priority:
        await http.send("POST", f"{path}/toggle_priority", json={"priority": PRIORITIES[change.priority]})
    if status and not last:
        await _set_status(http, path, status)
    await _assign(http, path, ticket, team=team, agent=agent, reopened=status == "open")
    if message is None or action is None:
        return WriteReceipt(None, None, None, datetime.now(UTC))
    receipt = _receipt(mapping(await http.send("POST", f"{path}/messages", json=message)), ticket.id, action)
    if last:
        await _set_last_status(http, path, last)
    return receipt


def _message(ticket: Ticket, action: Action) -> dict[str, Any]:
    if isinstance(action, DraftReply):
        raise Rejected("Chatwoot keeps no drafts that others can see; write a private note")
    public = isinstance(action, PublicReply)
    if public and ticket.fields.get("can_reply") is False:
        raise Rejected(
            "the channel takes no reply any more (WhatsApp and others close 24 hours after the requester's last "
            "message); send an approved template from Chatwoot, or write a private note"
        )
    content = neutralised(storable(action.body))
    if len(content) > LONGEST_BODY:
        raise Rejected(f"the message has {len(content)} characters; Chatwoot takes {LONGEST_BODY}")
    return {
        "content": content,
        "message_type": "outgoing",
        "private": not public,
        "content_attributes": {MARK_KEY: action.mark.value},
    }


def _status(ticket: Ticket, change: Change | None) -> str | None:
    """The vendor's word; None where nothing changes, because opening again would assign the conversation to us."""
    if not change or not change.status or change.status is ticket.status:
        return None
    if change.status not in STATUSES:
        raise Rejected(f"Chatwoot has no status {change.status}; use open, pending (snoozed) or solved (resolved)")
    return STATUSES[change.status]


async def _add_labels(http: HttpClient, path: str, change: Change) -> None:
    """Chatwoot replaces the set, so it is read right before, and not taken from the ticket as we knew it.

    The read counts as part of the write: one try, and its failure says that the write may have begun.
    """
    wanted = list(dict.fromkeys(_label(tag) for tag in change.tags_added))
    before = _labels(await http.send("GET", f"{path}/labels"))
    if set(wanted) <= set(before):
        return
    together = list(dict.fromkeys([*before, *wanted]))
    after = _labels(await http.send("POST", f"{path}/labels", json={"labels": together}))
    if not set(together) <= {*after, *(label.lower() for label in after)}:
        raise Unavailable("Chatwoot did not keep all labels", may_be_stored=True)


def _label(tag: str) -> str:
    """A label in characters that Chatwoot's own labels have: lower case, without spaces or commas."""
    found = NOT_IN_A_LABEL.sub("_", storable(tag).strip().lower()).strip("_")
    if not found:
        raise Rejected("a tag has no character that Chatwoot keeps in a label")
    return found[:100]


def _labels(answer: Any) -> list[str]:
    payload = mapping(answer).get("payload")
    if not isinstance(payload, list):
        raise lacks("the labels", may_be_stored=True)
    return [label for one in several(payload) if (label := text(one))]


async def _set_status(http: HttpClient, path: str, status: str) -> None:
    answer = mapping(await http.send("POST", f"{path}/toggle_status", json={"status": status}))
    if mapping(answer.get("payload")).get("current_status") != status:
        raise Unavailable("Chatwoot does not say that it changed the status", may_be_stored=True)


async def _set_last_status(http: HttpClient, path: str, status: str) -> None:
    try:
        await _set_status(http, path, status)
    except ConnectorError as error:
        raise Unavailable(
            f"the reply is stored and the status is not changed ({error})", status=error.status, may_be_stored=True
        ) from None


async def _assign(
    http: HttpClient, path: str, ticket: Ticket, *, team: int | None, agent: int | None, reopened: bool
) -> None:
    """The team before the agent, because a team may assign somebody itself. Chatwoot assigns a conversation to the
    agent who opens it, which is us: whoever had it before gets it back."""
    before = ticket.assignee if ticket.assignee and ticket.assignee.role is not Role.SYSTEM else None
    if reopened and agent is None and before:
        await _assigned(http, path, {"assignee_id": int(before.id)}, int(before.id))
    elif reopened and agent is None:
        await http.send("POST", f"{path}/assignments", json={"assignee_id": None})
    if team is not None:
        await _assigned(http, path, {"team_id": team}, team)
    if agent is not None:
        await _assigned(http, path, {"assignee_id": agent}, agent)


async def _assigned(http: HttpClient, path: str, wanted: dict[str, int], expected: int) -> None:
    """Chatwoot answers with whom it assigned, and with nothing where it assigned nobody."""
    answer = mapping(await http.send("POST", f"{path}/assignments", json=wanted))
    if identifier(answer.get("id")) != str(expected):
        who = "team" if "team_id" in wanted else "agent"
        raise Rejected(f"Chatwoot did not assign {who} {expected}: look whether it may work in this inbox")


def _receipt(answer: dict[str, Any], ticket_id: str, action: Action) -> WriteReceipt:
    """The version after the write is not known: it is a hash of a ticket that nobody has read yet."""
    entry_id, visibility = identifier(answer.get("id")), visibility_of(answer)
    if entry_id is None or visibility is None:
        raise Unavailable("Chatwoot took the message and does not say what it kept", may_be_stored=True)
    refuse_other_visibility(visibility, action, ticket_id, entry_id)
    return WriteReceipt(entry_id, visibility, None, moment(answer.get("created_at")) or datetime.now(UTC))


def refuse_other_visibility(visibility: Visibility, action: Action, ticket_id: str, entry_id: str) -> None:
    if isinstance(action, PublicReply) and visibility is not Visibility.PUBLIC:
        raise Rejected(
            f"message {entry_id} on conversation {ticket_id} was meant for the requester and is stored as private"
        )
    if not isinstance(action, PublicReply) and visibility is Visibility.PUBLIC:
        raise Rejected(
            f"ALARM: note {entry_id} on conversation {ticket_id} was written as private and is stored as PUBLIC: the "
            "requester can read it. Delete the message in Chatwoot now, and look for what changes messages there"
        )
