"""A shared draft waits under the conversation until a teammate sends it. Ours says, unseen, which one it is.

A comment in its HTML holds the mark and a fingerprint of the words. Where the words are still those, nobody has touched
the draft, and a newer one takes its place, against the version that was read. If Front or a teammate drops the comment,
the draft is left alone and the newer one stands beside it.
"""

import html
import re
from datetime import UTC, datetime
from typing import Any

from connectors.contract import DraftReply, Ticket, Visibility, WriteReceipt, text_hash
from connectors.errors import Rejected, Unavailable
from connectors.front.settings import Settings
from connectors.front.values import conversation_path, resource
from connectors.front.words import as_page
from connectors.http import HttpClient
from connectors.values import mapping, moment, text

BY_PAGE = "email"  # the one kind of message in which a comment in HTML stays unseen for sure
_SIGN = re.compile(r"<!--\s*countersign ([\w-]{1,64}) ([0-9a-f]{16})\s*-->", re.ASCII)
_TAG = re.compile(r"<[^<>]{0,2000}>")


def draft_id(message: dict[str, Any]) -> str | None:
    """A draft's id as an entry. Once sent, the message may keep its id, and is another entry all the same."""
    found = resource(message.get("id"), "msg")
    return f"draft:{found}" if found else None


def mark_of(message: dict[str, Any]) -> str | None:
    """The mark that we put into a draft; also there once a teammate has sent it."""
    found = _SIGN.search(text(message.get("body")) or "")
    return found[1] if found else None


def is_untouched(message: dict[str, Any]) -> bool:
    """Whether the words are still those that we wrote."""
    body = text(message.get("body")) or ""
    found = _SIGN.search(body)
    return found is not None and found[2] == _fingerprint(body)


async def save(http: HttpClient, settings: Settings, ticket: Ticket, action: DraftReply) -> WriteReceipt:
    """A new draft, or ours of before with new words. `mode` is always said: left out, only its author would see it."""
    page = as_page(action.body)
    if ticket.channel == BY_PAGE:
        page += f"<!--countersign {action.mark.value} {_fingerprint(page)}-->"
    draft = {
        "author_id": settings.author_id,
        "channel_id": ticket.fields["channel_id"],
        "to": [ticket.requester.id],
        "body": page,
        "mode": "shared",
    }
    before, version = ticket.fields.get("draft_id"), ticket.fields.get("draft_version")
    if before and version:
        answer = await http.send("PATCH", f"/drafts/{before}/", json={**draft, "version": version})
    else:
        answer = await http.send("POST", f"{conversation_path(ticket.id)}/drafts", json=draft)
    return _receipt(mapping(answer), ticket.id)


def _receipt(kept: dict[str, Any], ticket_id: str) -> WriteReceipt:
    """The version after the write is not known: it is a hash of a ticket that nobody has read yet."""
    entry = draft_id(kept)
    if entry is None or "draft_mode" not in kept:
        raise Unavailable("Front took the draft and does not say what it kept", may_be_stored=True)
    if kept["draft_mode"] is None:
        raise Rejected(
            f"ALARM: {entry} on conversation {ticket_id} was written as a draft and is stored as a message: it may "
            "have been SENT. Look into the conversation now, and for what sends drafts there"
        )
    if kept["draft_mode"] != "shared":
        raise Rejected(f"{entry} on conversation {ticket_id} is stored as private, so that no teammate sees it")
    return WriteReceipt(entry, Visibility.DRAFT, None, moment(kept.get("created_at")) or datetime.now(UTC))


def _fingerprint(page: str) -> str:
    return text_hash(html.unescape(_TAG.sub(" ", page)))[:16]
