"""Did an earlier write get through? The thread and the shared draft tell, with the mark that we attached."""

import html
import re
from typing import Any

from connectors.contract import Mark, Visibility, WriteReceipt, text_hash
from connectors.http import HttpClient
from connectors.values import identifier, mapping, moment, needed, text
from connectors.zammad import drafts
from connectors.zammad.drafts import MARK_KEY
from connectors.zammad.people import visibility_of
from connectors.zammad.read import is_own, thread
from connectors.zammad.settings import Settings
from connectors.zammad.template import as_written
from connectors.zammad.values import ticket_number

TAG = re.compile(r"<[^<>]{0,2000}>")


async def find_mark(http: HttpClient, settings: Settings, ticket_id: str, mark: Mark, me: str) -> WriteReceipt | None:
    """The entry with this mark, written by the integration user; None where the ticket has none.

    The mark is looked for in what only a caller of the API can set, then in the text of our own internal notes. A
    public reply without any mark of ours is known by its text and time. What anybody else wrote is never looked at.
    """
    number = str(ticket_number(ticket_id))
    own = [one for one in await thread(http, number) if is_own(one, me)]
    for recognised in (_carries, _reads_like):
        if found := next((one for one in own if recognised(one, mark)), None):
            return _receipt(found)
    draft = await drafts.shared_draft(http, number) if settings.shared_drafts else None
    if draft and draft.created_by == me and draft.mark == mark.value:
        return WriteReceipt(drafts.entry_id(draft), Visibility.DRAFT, None, draft.changed_at)
    return None


def _carries(article: dict[str, Any], mark: Mark) -> bool:
    return mapping(article.get("preferences")).get(MARK_KEY) == mark.value or (
        visibility_of(article) is Visibility.INTERNAL and mark.value in (text(article.get("body")) or "")
    )


def _reads_like(article: dict[str, Any], mark: Mark) -> bool:
    """For a Zammad that does not keep the preferences of an article: its page, or its words, are those of the mark."""
    if visibility_of(article) is not Visibility.PUBLIC or mapping(article.get("preferences")).get(MARK_KEY):
        return False
    at = moment(article.get("created_at"))
    body = as_written(text(article.get("body")) or "")
    words = html.unescape(TAG.sub(" ", body))
    return at is not None and at >= mark.since and mark.text_hash in (text_hash(body), text_hash(words))


def _receipt(article: dict[str, Any]) -> WriteReceipt:
    return WriteReceipt(
        entry_id=needed(identifier(article.get("id")), "article.id"),
        visibility=visibility_of(article),
        version=None,
        written_at=needed(moment(article.get("created_at")), "article.created_at"),
    )
