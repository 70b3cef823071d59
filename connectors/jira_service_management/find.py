"""Did an earlier write get through? The comments tell, with the mark that is in a note or attached to a reply."""

from typing import Any

from connectors.contract import Mark, Role, Visibility, WriteReceipt, text_hash
from connectors.http import HttpClient
from connectors.jira_service_management import adf
from connectors.jira_service_management.pages import comments
from connectors.jira_service_management.people import role_of, visibility_of
from connectors.jira_service_management.thread import mark_of
from connectors.values import identifier, mapping, moment, needed

Row = dict[str, Any]


async def find_mark(http: HttpClient, ticket_id: str, mark: Mark, me: str) -> WriteReceipt | None:
    """The entry with this mark, written by the integration user; None after the last page of the comments.

    A public reply without any mark of ours is known by its words and time. What anybody else wrote is never looked at.
    """
    own = [one for one in await comments(http, ticket_id) if _is_own(one, me)]
    for recognised in (_carries, _reads_like):
        if found := next((one for one in own if recognised(one, mark)), None):
            at = needed(moment(found.get("created")), "comment.created")
            return WriteReceipt(needed(identifier(found.get("id")), "comment.id"), visibility_of(found), None, at)
    return None


def _is_own(comment: Row, me: str) -> bool:
    return role_of(mapping(comment.get("author")), me=me, requester=None) is Role.INTEGRATION


def _carries(comment: Row, mark: Mark) -> bool:
    return mark_of(comment) == mark.value or (
        visibility_of(comment) is Visibility.INTERNAL and mark.value in adf.words(comment.get("body"))
    )


def _reads_like(comment: Row, mark: Mark) -> bool:
    """For a Jira that does not keep what is attached to a comment."""
    if visibility_of(comment) is not Visibility.PUBLIC or mark_of(comment):
        return False
    at = moment(comment.get("created"))
    return at is not None and at >= mark.since and text_hash(adf.words(comment.get("body"))) == mark.text_hash
