"""Message and routing in one call, which Zammad keeps in one transaction; tags before it, each added by itself.

Zammad has no conditional write. What may be done twice comes first, and the message, which carries the mark, is in the
last call: so a mark that is found proves that all of the write went through.
"""

from datetime import UTC, datetime
from typing import Any

from connectors.contract import (
    Action,
    Change,
    DraftReply,
    InternalNote,
    PublicReply,
    Role,
    Ticket,
    Visibility,
    WriteReceipt,
)
from connectors.errors import ConnectorError, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import identifier, mapping, moment, storable, text
from connectors.zammad import drafts
from connectors.zammad.drafts import MARK_KEY
from connectors.zammad.people import NOBODY, visibility_of
from connectors.zammad.read import is_own, thread
from connectors.zammad.settings import Settings
from connectors.zammad.template import neutralised
from connectors.zammad.values import ticket_number

LONGEST_BODY = 1_500_000  # characters; Zammad is said to cut what is longer
BY_MAIL = ("email", "web")


async def write(
    http: HttpClient, settings: Settings, ticket: Ticket, action: Action | None, change: Change | None, me: str
) -> WriteReceipt:
    """Write once. Raises `Rejected` before any call for what Zammad cannot do."""
    number = ticket_number(ticket.id)
    body = _body(action) if action else ""
    if isinstance(action, DraftReply) and not settings.shared_drafts:
        raise Rejected("this account keeps drafts in notes; set options.shared_drafts: true to change that")
    article = _article(ticket, action, body) if isinstance(action, InternalNote | PublicReply) else None
    fields = _fields(settings, ticket, change) if change else {}
    tags = [_tag(tag) for tag in change.tags_added] if change else []
    if not (action or change):
        raise Rejected("there is nothing to write: neither a message nor a change")

    before = await drafts.place(http, ticket, me) if isinstance(action, DraftReply) else None
    for tag in dict.fromkeys(tags):
        await _add_tag(http, number, tag)
    if article is not None and action is not None:
        return await _write_article(http, ticket, fields, article, action, me)
    if fields:
        _check_owner(await _updated(http, number, fields), fields, stored=False)
    if isinstance(action, DraftReply):
        return await drafts.save(http, ticket, action, body, before)
    return WriteReceipt(None, None, None, datetime.now(UTC))


def _body(action: Action) -> str:
    body = neutralised(storable(action.body))
    if len(body) > LONGEST_BODY:
        raise Rejected(f"the message has {len(body)} characters; Zammad would cut it at {LONGEST_BODY}")
    return body


def _article(ticket: Ticket, action: InternalNote | PublicReply, body: str) -> dict[str, Any]:
    """`type` and `internal` are always said. A note is never of type email: Zammad mails even an internal one."""
    article = {
        "ticket_id": ticket_number(ticket.id),
        "body": body,
        "content_type": "text/html",
        "sender": "Agent",
        "preferences": {MARK_KEY: action.mark.value},
    }
    if isinstance(action, InternalNote):
        return {**article, "type": "note", "internal": True}
    to = ticket.requester.email
    if ticket.channel not in BY_MAIL or not to:
        raise Rejected(
            f"a reply can be sent by e-mail only, and the requester wrote by {ticket.channel}"
            if to
            else "the requester has no e-mail address to reply to"
        )
    mail = {"to": to, "subject": ticket.subject, "in_reply_to": ticket.fields.get("in_reply_to", "")}
    return {**article, **mail, "type": "email", "internal": False, **_consumed(ticket)}


def _consumed(ticket: Ticket) -> dict[str, Any]:
    """Our own draft, which Zammad takes away together with the reply that came of it."""
    ours = (one for one in ticket.messages if one.visibility is Visibility.DRAFT)
    draft = next((one for one in ours if one.author.role is Role.INTEGRATION), None)
    return {"shared_draft_id": int(draft.id.removeprefix("draft:"))} if draft else {}


def _fields(settings: Settings, ticket: Ticket, change: Change) -> dict[str, Any]:
    """Zammad takes names as well as ids. A state that waits needs the time until which it does."""
    fields: dict[str, Any] = {}
    if change.status and change.status is not ticket.status:
        if change.status not in settings.states:
            raise Rejected(f"no state of Zammad's stands for {change.status}; name one in options.states")
        fields["state"] = settings.states[change.status]
        if fields["state"].startswith("pending"):
            until = datetime.now(UTC) + settings.pending_for
            fields["pending_time"] = until.strftime("%Y-%m-%dT%H:%M:%SZ")
    if change.priority:
        fields["priority"] = settings.priorities[change.priority]
    if change.team:
        fields |= {"group_id": int(change.team)} if identifier(change.team) else {"group": change.team}
    if change.assignee:
        fields |= {"owner_id": int(change.assignee)} if identifier(change.assignee) else {"owner": change.assignee}
    return fields


def _tag(tag: str) -> str:
    found = " ".join(storable(tag).replace(",", " ").split())
    if not found:
        raise Rejected("a tag is empty")
    return found


async def _add_tag(http: HttpClient, number: int, tag: str) -> None:
    answer = await http.send("POST", "/api/v1/tags/add", json={"item": tag, "object": "Ticket", "o_id": number})
    if answer is not True:
        raise Unavailable("Zammad does not say that it added the tag", may_be_stored=True)


async def _updated(http: HttpClient, number: int, fields: dict[str, Any]) -> dict[str, Any]:
    answer = mapping(await http.send("PUT", f"/api/v1/tickets/{number}", params={"expand": "true"}, json=fields))
    if identifier(answer.get("id")) != str(number):
        raise Unavailable("Zammad's answer to the update is not one that it documents", may_be_stored=True)
    return answer


def _check_owner(answer: dict[str, Any], fields: dict[str, Any], *, stored: bool) -> None:
    """An owner without rights in the group is replaced by nobody, and Zammad says nothing about it."""
    if not ({"owner", "owner_id"} & fields.keys()) or identifier(answer.get("owner_id")) != NOBODY:
        return
    said = "Zammad left the ticket without an owner: give the agent rights in the ticket's group"
    if stored:
        raise Unavailable(f"the message is stored; {said}", may_be_stored=True)
    raise Rejected(said)


async def _write_article(
    http: HttpClient,
    ticket: Ticket,
    fields: dict[str, Any],
    article: dict[str, Any],
    action: Action,
    me: str,
) -> WriteReceipt:
    """With nothing else to change, the article alone is created: its answer is the article. Otherwise it is read."""
    if not fields and "shared_draft_id" not in article:
        kept = mapping(await http.send("POST", "/api/v1/ticket_articles", params={"expand": "true"}, json=article))
        return _receipt(kept, ticket.id, action)
    answer = await _updated(http, ticket_number(ticket.id), {**fields, "article": article})
    try:
        kept = _newest(await thread(http, ticket.id), ticket, action, me)
    except ConnectorError as error:
        raise Unavailable(f"the update went through and cannot be read back ({error})", may_be_stored=True) from None
    receipt = _receipt(kept, ticket.id, action)
    _check_owner(answer, fields, stored=True)
    return receipt


def _newest(articles: list[dict[str, Any]], ticket: Ticket, action: Action, me: str) -> dict[str, Any]:
    """Our article among those that came since the ticket was read: by its mark, else the last of our own."""
    known = {one.id for one in ticket.messages}
    own = [one for one in articles if is_own(one, me) and identifier(one.get("id")) not in known]
    marked = (one for one in own if mapping(one.get("preferences")).get(MARK_KEY) == action.mark.value)
    return next(marked, own[-1] if own else {})


def _receipt(kept: dict[str, Any], ticket_id: str, action: Action) -> WriteReceipt:
    """The version after the write is not known: it is a hash of a ticket that nobody has read yet."""
    entry_id, visibility = identifier(kept.get("id")), visibility_of(kept)
    if entry_id is None or visibility is None:
        raise Unavailable("Zammad took the message and does not say what it kept", may_be_stored=True)
    _refuse_other_visibility(visibility, action, ticket_id, entry_id, text(kept.get("type")))
    return WriteReceipt(entry_id, visibility, None, moment(kept.get("created_at")) or datetime.now(UTC))


def _refuse_other_visibility(
    visibility: Visibility, action: Action, ticket_id: str, entry_id: str, kind: str | None
) -> None:
    if isinstance(action, PublicReply) and visibility is not Visibility.PUBLIC:
        raise Rejected(
            f"article {entry_id} on ticket {ticket_id} was meant for the requester and is stored as internal"
        )
    if isinstance(action, InternalNote) and (visibility is Visibility.PUBLIC or kind == "email"):
        raise Rejected(
            f"ALARM: note {entry_id} on ticket {ticket_id} was written as internal and is stored as PUBLIC or as "
            "e-mail: the requester may read it. Make it internal in Zammad now, and look for what changes articles"
        )
