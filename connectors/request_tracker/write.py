"""A change of the ticket, then the message, then a look at what RT made of both.

RT checks `If-Match` when a ticket is changed and not when a message is added. It answers 200 to a change that it
refused, and says so only in words, in the language of the user: so the ticket is read again and compared. A status
travels with the message, because RT opens a ticket again on which somebody replies.
"""

from datetime import UTC, datetime
from typing import Any

from connectors.contract import Action, Change, DraftReply, InternalNote, PublicReply, Ticket, WriteReceipt
from connectors.errors import AuthFailed, ConnectorError, Misconfigured, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.request_tracker.find import entry_of, receipt
from connectors.request_tracker.people import People
from connectors.request_tracker.read import SUBJECT, fields_of, tags_of, version_of
from connectors.request_tracker.settings import Settings
from connectors.request_tracker.thread import LONGEST_TEXT, transactions
from connectors.request_tracker.values import named, number, ticket_path
from connectors.values import mapping, needed, storable, text

LONGEST_TAG = 255  # characters
REFUSED = "permission denied"
RIGHT = "the integration user lacks a right; run `countersign check`"


async def write(
    http: HttpClient, settings: Settings, people: People, ticket: Ticket, action: Action | None, change: Change | None
) -> WriteReceipt:
    """Write once. Raises `Rejected` or `Misconfigured` before any call for what cannot be done here."""
    _refuse(settings, action, change)
    path = ticket_path(ticket.id)
    message = _message(action) if action else None
    fields = await _fields(settings, people, ticket, change) if change else {}
    if message and "Status" in fields:
        message["Status"] = fields.pop("Status")
    if fields:
        answer = await http.send("PUT", path, json=fields, headers={"If-Match": f'"{ticket.version}"'})
        await _compare(http, settings, ticket.id, fields, _said(answer), stored=None)
    if action is None or message is None:
        return WriteReceipt(None, None, await _version(http, ticket.id), datetime.now(UTC))
    return await _say(http, settings, ticket, action, message)


def _refuse(settings: Settings, action: Action | None, change: Change | None) -> None:
    if isinstance(action, DraftReply):
        raise Rejected("RT keeps no drafts that others can see; write an internal note")
    if isinstance(action, PublicReply) and not settings.replies:
        raise Rejected("this account never replies: options.replies is false")
    if change and not settings.routing:
        raise Rejected("this account never changes a ticket: options.routing is false")
    if change and change.tags_added and not settings.tags_field:
        raise Misconfigured("RT has no tags of its own: name a custom field for them in options.tags_field")
    if not action and not change:
        raise Rejected("there is nothing to write: neither a message nor a change")


def _message(action: Action) -> dict[str, Any]:
    """Plain text, which RT shows and mails as it is. A reply has no subject of its own: customers would see it."""
    body = storable(action.body)
    if (size := len(body.encode())) > LONGEST_TEXT:
        raise Rejected(f"the message has {size} bytes; at most {LONGEST_TEXT} are written")
    subject = {"Subject": f"{SUBJECT}{action.mark.value}"} if isinstance(action, InternalNote) else {}
    return {"Content": body, "ContentType": "text/plain", **subject}


async def _fields(settings: Settings, people: People, ticket: Ticket, change: Change) -> dict[str, Any]:
    """RT replaces all values of a field, so ours go together with those just read, for that version alone."""
    fields: dict[str, Any] = {}
    if change.tags_added:
        tags = dict.fromkeys([*ticket.tags, *(_tag(tag) for tag in change.tags_added)])
        fields["CustomFields"] = {settings.tags_field: list(tags)}
    if change.priority:
        fields["Priority"] = str(settings.priorities[change.priority])
    if change.team:
        fields["Queue"] = change.team
    if change.assignee:
        fields["Owner"] = await people.login(change.assignee)
    if change.status:
        fields["Status"] = settings.statuses[change.status]
    return fields


def _tag(tag: str) -> str:
    found = " ".join(storable(tag).split())[:LONGEST_TAG]
    if not found:
        raise Rejected("a tag is empty")
    return found


async def _say(
    http: HttpClient, settings: Settings, ticket: Ticket, action: Action, message: dict[str, Any]
) -> WriteReceipt:
    verb = "correspond" if isinstance(action, PublicReply) else "comment"
    try:
        answer = await http.send("POST", f"{ticket_path(ticket.id)}/{verb}", json=message)
    except Rejected as error:
        if error.status != 400:
            raise
        raise Rejected(f"{error}: RT says so where the ticket is gone or a right is missing", status=400) from None
    said = _said(answer)
    try:
        rows = await transactions(http, ticket.id, after=number(ticket.version) or 0)
        entry = await entry_of(http, rows, action.mark, settings.user)
        version = await _version(http, ticket.id)
    except ConnectorError as error:
        raise Unavailable(f"RT took the message and does not show it: {error}", may_be_stored=True) from None
    if entry is None:
        raise Unavailable("RT took the message, and it is not in the ticket's history", may_be_stored=True)
    if "Status" in message:
        await _compare(http, settings, ticket.id, {"Status": message["Status"]}, said, stored=str(entry["id"]))
    return receipt(entry, version)


async def _version(http: HttpClient, ticket_id: str) -> str | None:
    version = await version_of(http, ticket_id)
    return str(version) if version else None


def _said(answer: Any) -> list[str]:
    """RT's words on a write. Raises `Unavailable` for an answer that is none."""
    if not isinstance(answer, list):
        raise Unavailable("RT's answer to the write is not one that it documents", may_be_stored=True)
    return [one for one in answer if isinstance(one, str)]


async def _compare(
    http: HttpClient, settings: Settings, ticket_id: str, wanted: dict[str, Any], said: list[str], stored: str | None
) -> None:
    """Is the ticket as we wanted it? Raises `AuthFailed` or `Rejected`, which name what RT did not change."""
    try:
        found = await fields_of(http, ticket_id)
    except ConnectorError as error:
        raise Unavailable(f"RT took a change and does not show it: {error}", may_be_stored=True) from None
    refused = [field for field, value in wanted.items() if not _is(found, field, value, settings)]
    if not refused:
        return
    note = f"; message {stored} is stored" if stored else ""
    what = f"RT answered 200 and did not change {', '.join(sorted(refused))} of ticket {number(ticket_id)}{note}"
    if any(REFUSED in one.casefold() for one in said):
        raise AuthFailed(f"{what}: {RIGHT}")
    raise Rejected(f"{what}: look whether the queue, the owner or the status exists there and may be chosen")


def _is(found: dict[str, Any], field: str, wanted: Any, settings: Settings) -> bool:
    if field == "CustomFields":
        return set(tags_of(found, settings.tags_field)) >= set(next(iter(wanted.values())))
    if field == "Queue":
        queue = mapping(found.get("Queue"))
        return wanted.casefold() in {(text(queue.get("Name")) or "").casefold(), named(queue)}
    told = named(found.get("Owner")) if field == "Owner" else text(str(needed(found.get(field), field)))
    return (told or "").casefold() == str(wanted).casefold()
