"""Did an earlier write get through? Comments, drafts and sent messages tell, each in its own way."""

from datetime import UTC, datetime
from typing import Any

from connectors.contract import Mark, Role, Visibility, WriteReceipt
from connectors.front import drafts
from connectors.front.entries import outbound_role
from connectors.front.pages import every, pages
from connectors.front.people import role_of
from connectors.front.read import waiting_drafts
from connectors.front.settings import Settings
from connectors.front.values import conversation_path, entry_id, resource
from connectors.http import HttpClient
from connectors.markup import reads_as
from connectors.values import mapping, moment, needed, text

Row = dict[str, Any]


async def find_mark(http: HttpClient, settings: Settings, ticket_id: str, mark: Mark) -> WriteReceipt | None:
    """The entry with this mark, written in the integration user's name.

    A comment shows the mark; a draft has it unseen, or is known by its words; a reply, which never has one, is known by
    its words and its time. What anybody else wrote is never looked at.
    """
    path, me = conversation_path(ticket_id), settings.author_id
    for one in await every(http, f"{path}/comments"):
        if _is_own(one, me) and mark.value in (text(one.get("body")) or ""):
            return _receipt(resource(one.get("id"), "com"), Visibility.INTERNAL, one.get("posted_at"))
    own = [one for one in await waiting_drafts(http, path) if _is_own(one, me)]
    for recognised in (_is_marked, _reads_like):
        for one in own:
            if recognised(one, mark):
                return _receipt(drafts.draft_id(one), Visibility.DRAFT, one.get("created_at"))
    async for page in pages(http, f"{path}/messages", {"limit": "100"}):
        for one in page:
            if not one.get("draft_mode") and outbound_role(one, me) is Role.INTEGRATION and _is_reply(one, mark):
                return _receipt(entry_id(one), Visibility.PUBLIC, one.get("created_at"))
    return None


def _is_own(found: Row, me: str) -> bool:
    return role_of(mapping(found.get("author")), me) is Role.INTEGRATION


def _is_marked(draft: Row, mark: Mark) -> bool:
    return drafts.mark_of(draft) == mark.value


def _reads_like(found: Row, mark: Mark) -> bool:
    """The same words under another mark are another entry."""
    at = moment(found.get("created_at"))
    is_recent = at is None or at >= mark.since
    return is_recent and drafts.mark_of(found) is None and reads_as(text(found.get("body")) or "", mark.text_hash)


def _is_reply(found: Row, mark: Mark) -> bool:
    return found.get("is_inbound") is False and _reads_like(found, mark)


def _receipt(entry: str | None, visibility: Visibility, at: Any) -> WriteReceipt:
    return WriteReceipt(needed(entry, "an entry's id"), visibility, None, moment(at) or datetime.now(UTC))
