"""Did an earlier write get through? The comments tell, with the mark that is in a note or attached to a reply."""

from typing import Any

from connectors.contract import Mark, Role, Visibility, WriteReceipt, text_hash
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.jira_service_management import adf
from connectors.jira_service_management.pages import comments
from connectors.jira_service_management.people import role_of, visibility_of
from connectors.jira_service_management.values import MARK_KEY
from connectors.values import document, identifier, mapping, moment, needed, text

Row = dict[str, Any]


async def find_mark(http: HttpClient, ticket_id: str, mark: Mark, me: str) -> WriteReceipt | None:
    """The entry with this mark, written by the integration user; None after the last page of the comments.

    A note shows its mark. What is attached to a reply is not in the list, and asked for one by one; a reply to which
    nothing is attached is known by its words and time. What anybody else wrote is never looked at.
    """
    own = [one for one in await comments(http, ticket_id) if _is_own(one, me)]
    for one in own:
        if visibility_of(one) is Visibility.INTERNAL and mark.value in adf.words(one.get("body")):
            return _receipt(one)
    replies = [one for one in own if visibility_of(one) is Visibility.PUBLIC and _is_recent(one, mark)]
    attached = [(one, await _attached(http, one)) for one in replies]
    for one, found in attached:
        if found == mark.value:
            return _receipt(one)
    for one, found in attached:
        if found is None and text_hash(adf.words(one.get("body"))) == mark.text_hash:
            return _receipt(one)
    return None


def _is_own(comment: Row, me: str) -> bool:
    return role_of(mapping(comment.get("author")), me=me, requester=None) is Role.INTEGRATION


def _is_recent(comment: Row, mark: Mark) -> bool:
    return needed(moment(comment.get("created")), "comment.created") >= mark.since


async def _attached(http: HttpClient, comment: Row) -> str | None:
    """The mark that a reply went out with; None where nothing was kept."""
    number = needed(identifier(comment.get("id")), "comment.id")
    try:
        found = document(await http.get(f"/rest/api/3/comment/{number}/properties/{MARK_KEY}"))
    except NotFound:
        return None
    return text(mapping(found.get("value")).get("mark"))


def _receipt(comment: Row) -> WriteReceipt:
    return WriteReceipt(
        entry_id=needed(identifier(comment.get("id")), "comment.id"),
        visibility=visibility_of(comment),
        version=None,
        written_at=needed(moment(comment.get("created")), "comment.created"),
    )
