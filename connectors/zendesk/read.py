"""A ticket with its whole thread, in our words."""

from typing import Any

from connectors.contract import Attachment, BodyFormat, Message, Priority, Status, Ticket, Visibility
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.values import document, mapping, moment, needed, objects, several, text
from connectors.zendesk.pages import pages
from connectors.zendesk.people import People
from connectors.zendesk.values import identifier, ticket_path

MARK_KEY = "countersign_mark"  # in the metadata of an update, which agents do not see and requesters cannot set
STATUSES = {str(status): status for status in Status} | {"archived": Status.CLOSED, "scrubbed": Status.CLOSED}
PRIORITIES = {str(priority): priority for priority in Priority}


async def fetch(http: HttpClient, ticket_id: str, me: str) -> Ticket:
    """The ticket before its thread: who writes meanwhile makes the version old, and never the thread."""
    answer = document(await http.get(ticket_path(ticket_id), params={"include": "users,groups,organizations"}))
    return await with_thread(http, mapping(answer.get("ticket")), answer, me)


async def with_thread(http: HttpClient, found: dict[str, Any], sideloads: dict[str, Any], me: str) -> Ticket:
    """A ticket as Zendesk lists it, completed by every page of its comments. `sideloads` holds users and groups."""
    ticket_id = needed(identifier(found.get("id")), "ticket.id")
    if found.get("status") == "deleted":
        raise NotFound(f"ticket {ticket_id} is deleted")
    people = People(me, identifier(found.get("requester_id")))
    people.add(objects(sideloads.get("users")), objects(sideloads.get("organizations")))
    comments: list[dict[str, Any]] = []
    query = {"sort": "created_at", "include": "users", "include_inline_images": "true"}
    async for page in pages(http, f"{ticket_path(ticket_id)}/comments", "comments", query):
        people.add(objects(page.get("users")))
        comments += objects(page["comments"])
    messages = [_message(comment, people, me) for comment in comments]
    url = f"{http.base_url}/agent/tickets/{ticket_id}"
    return _ticket(found, messages, people, objects(sideloads.get("groups")), url)


def _ticket(
    found: dict[str, Any], messages: list[Message], people: People, groups: list[dict[str, Any]], url: str
) -> Ticket:
    updated_at = needed(moment(found.get("updated_at")), "ticket.updated_at")
    assignee = identifier(found.get("assignee_id"))
    return Ticket(
        id=needed(identifier(found.get("id")), "ticket.id"),
        subject=text(found.get("subject")) or "",
        status=STATUSES.get(needed(text(found.get("status")), "ticket.status"), Status.OPEN),
        version=needed(text(found.get("updated_at")), "ticket.updated_at"),
        requester=people.person(identifier(found.get("requester_id"))),
        messages=sorted(messages, key=lambda message: message.created_at),
        created_at=moment(found.get("created_at")) or updated_at,
        updated_at=updated_at,
        channel=text(mapping(found.get("via")).get("channel")) or "unknown",
        priority=PRIORITIES.get(text(found.get("priority")) or "", Priority.NORMAL),
        queue=_queue(identifier(found.get("group_id")), groups),
        assignee=people.person(assignee) if assignee else None,
        participants=[people.person(user) for one in several(found.get("email_cc_ids")) if (user := identifier(one))],
        tags=[tag for one in several(found.get("tags")) if (tag := text(one))],
        brand=identifier(found.get("brand_id")),
        fields=_fields(found),
        url=url,
    )


def _message(comment: dict[str, Any], people: People, me: str) -> Message:
    """One comment. What is not plainly public is internal: nobody is told that a requester could read it."""
    author = identifier(comment.get("author_id"))
    public = comment.get("public") is True
    html = text(comment.get("html_body"))
    custom = mapping(mapping(comment.get("metadata")).get("custom"))
    return Message(
        id=needed(identifier(comment.get("id")), "comment.id"),
        author=people.person(author, wrote_internally=not public),
        visibility=Visibility.PUBLIC if public else Visibility.INTERNAL,
        body=html or text(comment.get("plain_body")) or text(comment.get("body")) or "",
        format=BodyFormat.HTML if html else BodyFormat.TEXT,
        created_at=needed(moment(comment.get("created_at")), "comment.created_at"),
        attachments=[_attachment(file) for file in objects(comment.get("attachments"))],
        mark=text(custom.get(MARK_KEY)) if author == me else None,
    )


def _attachment(file: dict[str, Any]) -> Attachment:
    """What is known of a file; one with malware in it keeps its name and loses its address."""
    size = file.get("size")
    return Attachment(
        id=needed(identifier(file.get("id")), "attachment.id"),
        name=text(file.get("file_name")) or "unnamed",
        media_type=text(file.get("content_type")),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        url=None if file.get("malware_scan_result") == "malware_found" else text(file.get("content_url")),
    )


def _queue(group: str | None, groups: list[dict[str, Any]]) -> str | None:
    """The group's name, else its id."""
    return next((text(one.get("name")) for one in groups if identifier(one.get("id")) == group), None) or group


def _fields(found: dict[str, Any]) -> dict[str, Any]:
    """Custom fields by id, and the type, where they hold something."""
    fields = {identifier(one.get("id")): one.get("value") for one in objects(found.get("custom_fields"))}
    fields["type"] = text(found.get("type"))
    return {key: value for key, value in fields.items() if key and value not in (None, "", [])}
