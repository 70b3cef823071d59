"""A shared draft: one for each ticket, waiting in the composer of every agent of the group.

Zammad writes over it without asking, so a colleague's is never touched. Source: Zammad's documentation, "Shared
Drafts", and app/controllers/ticket_shared_draft_zoom_controller.rb.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.contract import BodyFormat, DraftReply, Message, Person, Role, Ticket, Visibility, WriteReceipt
from connectors.errors import DraftInTheWay, Unavailable
from connectors.http import HttpClient
from connectors.values import identifier, lacks, mapping, moment, needed, text
from connectors.zammad.values import ticket_number

MARK_KEY = "countersign_mark"  # in the preferences of an article or a draft, which no page of Zammad's shows
BY_MAIL = ("email", "web", "unknown")


@dataclass(frozen=True, slots=True)
class SharedDraft:
    """What waits in the composer. `mark` is what a caller of the API put in; `changed_by` is who saved it last."""

    id: str
    body: str
    mark: str | None
    created_by: str | None
    changed_by: str | None
    changed_at: datetime

    def is_ours(self, me: str) -> bool:
        """Ours to write over: nobody else made it or changed it."""
        return self.created_by == me and self.changed_by == me


async def shared_draft(http: HttpClient, ticket_id: str) -> SharedDraft | None:
    """The draft of a ticket, if there is one."""
    return _read(await http.get(f"/api/v1/tickets/{ticket_id}/shared_draft"))


def _read(answer: Any, *, write: bool = False) -> SharedDraft | None:
    if not isinstance(answer, dict) or "shared_draft_id" not in answer:
        raise lacks("shared_draft_id", may_be_stored=write)
    if answer["shared_draft_id"] is None:
        return None
    draft_id = needed(identifier(answer["shared_draft_id"]), "shared_draft_id")
    kept = mapping(mapping(mapping(answer.get("assets")).get("TicketSharedDraftZoom")).get(draft_id))
    article = mapping(kept.get("new_article"))
    return SharedDraft(
        id=draft_id,
        body=text(article.get("body")) or "",
        mark=text(mapping(article.get("preferences")).get(MARK_KEY)),
        created_by=identifier(kept.get("created_by_id")),
        changed_by=identifier(kept.get("updated_by_id")),
        changed_at=needed(moment(kept.get("updated_at")), "shared_draft.updated_at"),
    )


def entry_id(draft: SharedDraft) -> str:
    """Drafts and articles count separately, so that their numbers alone would be mixed up."""
    return f"draft:{draft.id}"


def message(draft: SharedDraft, me: str) -> Message:
    """The draft as an entry of the thread; once a colleague changed it, it is the colleague's."""
    ours = draft.is_ours(me)
    who = Person(id=me if ours else draft.changed_by or "", role=Role.INTEGRATION if ours else Role.AGENT)
    return Message(
        id=entry_id(draft),
        author=who,
        visibility=Visibility.DRAFT,
        body=draft.body,
        format=BodyFormat.HTML,
        created_at=draft.changed_at,
        mark=draft.mark if ours else None,
    )


async def place(http: HttpClient, ticket: Ticket, me: str) -> SharedDraft | None:
    """Our own earlier draft, which may be written over. Raises `DraftInTheWay` where a colleague's waits.

    This look counts as part of the write: one try, and its failure says that the write may have begun.
    """
    before = _read(await http.send("GET", _path(ticket)), write=True)
    if before and not before.is_ours(me):
        raise DraftInTheWay(f"a colleague's shared draft waits on ticket {ticket.id} and would be lost")
    return before


def _path(ticket: Ticket) -> str:
    return f"/api/v1/tickets/{ticket_number(ticket.id)}/shared_draft"


async def save(
    http: HttpClient, ticket: Ticket, action: DraftReply, body: str, before: SharedDraft | None
) -> WriteReceipt:
    """Put the draft where agents find it, in the `place` that was looked at."""
    article = {
        "body": body,
        "type": "email" if ticket.channel in BY_MAIL else ticket.channel,
        "internal": False,
        "content_type": "text/html",
        "to": ticket.requester.email or "",
        "cc": "",
        "subject": ticket.subject,
        "in_reply_to": ticket.fields.get("in_reply_to", ""),
        "ticket_id": ticket_number(ticket.id),
        "preferences": {MARK_KEY: action.mark.value},
    }
    form = str(secrets.randbelow(10**9))  # names a place for files, and we have none
    update = {"form_id": form, "new_article": article, "ticket_attributes": {}}
    kept = _read(await http.send("PATCH" if before else "PUT", _path(ticket), json=update), write=True)
    if kept is None or kept.mark != action.mark.value:
        raise Unavailable("Zammad took the draft and does not say that it kept it", may_be_stored=True)
    return WriteReceipt(entry_id(kept), Visibility.DRAFT, None, kept.changed_at)
