"""A ticket with its whole thread, in our words."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from connectors.contract import Attachment, BodyFormat, Message, Person, Priority, Role, Status, Ticket, Visibility
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.values import document, identifier, lacks, listed, mapping, moment, needed, objects, text
from connectors.zammad import drafts
from connectors.zammad.drafts import MARK_KEY
from connectors.zammad.people import NOBODY, author, author_id, role_of, user, visibility_of
from connectors.zammad.settings import Settings
from connectors.zammad.values import ticket_number

Word = TypeVar("Word", Status, Priority)
# States that are there in each Zammad and that we never write.
READ_ONLY_STATES = {"pending close": Status.PENDING, "merged": Status.CLOSED}


async def fetch(http: HttpClient, settings: Settings, ticket_id: str, me: str) -> Ticket:
    """The ticket before its thread: who writes meanwhile makes the version old, and never the thread."""
    found = document(await http.get(f"/api/v1/tickets/{ticket_number(ticket_id)}", params={"expand": "true"}))
    if found.get("state") == "removed":
        raise NotFound(f"ticket {ticket_id} is removed")
    number = needed(identifier(found.get("id")), "ticket.id")
    articles = await thread(http, number)
    tags = await tags_of(http, number)
    draft = await drafts.shared_draft(http, number) if settings.shared_drafts else None
    customer = needed(identifier(found.get("customer_id")), "ticket.customer_id")
    requester = user(document(await http.get(f"/api/v1/users/{customer}", params={"expand": "true"})), Role.REQUESTER)
    url = f"{http.base_url}/#ticket/zoom/{number}"
    return _ticket(found, articles, tags, draft, requester, settings, me, url)


async def thread(http: HttpClient, ticket_id: str) -> list[dict[str, Any]]:
    """All articles of a ticket: Zammad gives them whole, without pages."""
    return listed(await http.get(f"/api/v1/ticket_articles/by_ticket/{ticket_id}"), "articles")


async def tags_of(http: HttpClient, ticket_id: str) -> list[str]:
    answer = document(await http.get("/api/v1/tags", params={"object": "Ticket", "o_id": ticket_id}))
    if not isinstance(answer.get("tags"), list):
        raise lacks("tags")
    return [tag for one in answer["tags"] if (tag := text(one))]


def _ticket(
    found: dict[str, Any],
    articles: list[dict[str, Any]],
    tags: list[str],
    draft: drafts.SharedDraft | None,
    requester: Person,
    settings: Settings,
    me: str,
    url: str,
) -> Ticket:
    entries = sorted(
        (_message(one, me, requester.id, url) for one in articles), key=lambda one: (one.created_at, int(one.id))
    )
    updated_at = needed(moment(found.get("updated_at")), "ticket.updated_at")
    waiting = [drafts.message(draft, me)] if draft else []
    return Ticket(
        id=needed(identifier(found.get("id")), "ticket.id"),
        subject=text(found.get("title")) or "",
        status=_word(found.get("state"), settings.states, READ_ONLY_STATES, Status.OPEN),
        version=_version(found, entries, tags),
        requester=requester,
        messages=sorted([*entries, *waiting], key=lambda one: one.created_at),
        created_at=moment(found.get("created_at")) or updated_at,
        updated_at=updated_at,
        channel=_channel(articles),
        priority=_word(found.get("priority"), settings.priorities, {}, Priority.NORMAL),
        queue=text(found.get("group")) or identifier(found.get("group_id")),
        assignee=_assignee(found, me),
        participants=_participants(entries),
        tags=tags,
        fields=_fields(found, articles),
        url=url,
    )


def _word(name: Any, names: Mapping[Word, str], others: Mapping[str, Word], unknown: Word) -> Word:
    """Our word for a name of Zammad's; of two words with one name the milder, which comes first."""
    known: dict[str, Word] = {}
    for word, one in names.items():
        known.setdefault(one, word)
    return {**others, **known}.get(text(name) or "", unknown)


def _version(found: dict[str, Any], entries: list[Message], tags: list[str]) -> str:
    """A hash of what matters. `updated_at` also moves with a draft that an agent types, and is no version."""
    matters = [
        *(identifier(found.get(f"{key}_id")) for key in ("state", "priority", "group", "owner", "customer")),
        *(found.get(key) for key in ("title", "state", "priority", "group", "owner", "pending_time")),
        sorted(tags),
        [(one.id, one.visibility, one.body, [file.id for file in one.attachments]) for one in entries],
    ]
    return hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()[:32]


def _channel(articles: list[dict[str, Any]]) -> str:
    """How the requester last wrote."""
    types = [text(one.get("type")) for one in articles if one.get("sender") == "Customer"]
    return next((kind for kind in reversed(types) if kind), "unknown")


def _assignee(found: dict[str, Any], me: str) -> Person | None:
    owner = identifier(found.get("owner_id"))
    if owner is None or owner == NOBODY:
        return None
    login = text(found.get("owner"))
    role = Role.INTEGRATION if owner == me else Role.AGENT
    return Person(id=owner, role=role, name=login, email=login if login and "@" in login else None)


def _participants(entries: list[Message]) -> list[Person]:
    found = {entry.author.id: entry.author for entry in entries if entry.author.role is Role.PARTICIPANT}
    return list(found.values())


def _message(found: dict[str, Any], me: str, requester: str, url: str) -> Message:
    """One article. What is not plainly public is internal: nobody is told that a requester could read it."""
    role = role_of(found, me=me, requester=requester) or Role.SYSTEM
    article, ticket = needed(identifier(found.get("id")), "article.id"), identifier(found.get("ticket_id")) or ""
    return Message(
        id=article,
        author=author(found, role),
        visibility=visibility_of(found) or Visibility.INTERNAL,
        body=text(found.get("body")) or "",
        format=BodyFormat.HTML if "html" in (text(found.get("content_type")) or "") else BodyFormat.TEXT,
        created_at=needed(moment(found.get("created_at")), "article.created_at"),
        attachments=[
            _attachment(file, f"{url.partition('/#')[0]}/api/v1/ticket_attachment/{ticket}/{article}")
            for file in objects(found.get("attachments"))
        ],
        mark=text(mapping(found.get("preferences")).get(MARK_KEY)) if is_own(found, me) else None,
    )


def is_own(article: dict[str, Any], me: str) -> bool:
    """Whether the integration user wrote it, in its own name."""
    return role_of(article, me=me, requester=None) is Role.INTEGRATION and author_id(article) == me


def _attachment(file: dict[str, Any], where: str) -> Attachment:
    """Zammad tells the size as text, and the type in one of three spellings."""
    preferences = mapping(file.get("preferences"))
    types = (text(preferences.get(key)) for key in ("Mime-Type", "Content-Type", "mime_type"))
    file_id = needed(identifier(file.get("id")), "attachment.id")
    size = identifier(file.get("size"))
    return Attachment(
        id=file_id,
        name=text(file.get("filename")) or "unnamed",
        media_type=next((kind for kind in types if kind), None),
        size=int(size) if size else None,
        url=f"{where}/{file_id}",
    )


def _fields(found: dict[str, Any], articles: list[dict[str, Any]]) -> dict[str, Any]:
    """The number that people quote, and what a reply by mail has to name."""
    public = [one for one in articles if one.get("sender") == "Customer" and one.get("internal") is False]
    last = public[-1] if public else {}
    fields = {
        "number": text(found.get("number")),
        "organization": text(found.get("organization")),
        "in_reply_to": text(last.get("message_id")),
    }
    return {key: value for key, value in fields.items() if value}
