"""Did an earlier write get through? The history of a ticket tells, with the mark that we attached to the update."""

from typing import Any

from connectors.contract import Mark, Visibility, WriteReceipt
from connectors.http import HttpClient
from connectors.values import mapping, moment, needed, objects
from connectors.zendesk.pages import pages
from connectors.zendesk.read import MARK_KEY
from connectors.zendesk.values import identifier, ticket_path
from connectors.zendesk.write import comment_of


async def find_mark(http: HttpClient, ticket_id: str, mark: Mark, me: str) -> WriteReceipt | None:
    """The entry with this mark, written by the integration user; None after the last page of the history.

    The mark is looked for in the update's metadata, which only a caller of the API can set, and second in the text
    of our own internal notes. What anybody else wrote is never looked at.
    """
    async for page in pages(http, f"{ticket_path(ticket_id)}/audits", "audits"):
        for audit in objects(page["audits"]):
            if identifier(audit.get("author_id")) == me and _carries(audit, mark, me):
                return _receipt(audit)
    return None


def _carries(audit: dict[str, Any], mark: Mark, me: str) -> bool:
    if mapping(mapping(audit.get("metadata")).get("custom")).get(MARK_KEY) == mark.value:
        return True
    comment = comment_of(audit)
    if comment.get("public") is not False or identifier(comment.get("author_id", me)) != me:
        return False
    return any(mark.value in str(comment.get(key) or "") for key in ("html_body", "plain_body", "body"))


def _receipt(audit: dict[str, Any]) -> WriteReceipt:
    """The history does not hold the ticket's version after the write, so that stays unknown."""
    comment = comment_of(audit)
    public = comment.get("public")
    return WriteReceipt(
        entry_id=identifier(comment.get("id")),
        visibility=None if not isinstance(public, bool) else Visibility.PUBLIC if public else Visibility.INTERNAL,
        version=None,
        written_at=needed(moment(audit.get("created_at")), "audit.created_at"),
    )
