"""A ticket with its whole thread, in our words: the issue, the request that it is, and its comments."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from connectors.contract import Message, Person, Priority, Role, Status, Ticket
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.jira_service_management.pages import comments
from connectors.jira_service_management.people import person
from connectors.jira_service_management.settings import Settings
from connectors.jira_service_management.thread import entries
from connectors.jira_service_management.values import account_id, issue_path, request_path
from connectors.values import document, identifier, mapping, moment, needed, objects, several, text

Word = TypeVar("Word", Status, Priority)
CATEGORIES = {"new": Status.NEW, "indeterminate": Status.OPEN, "done": Status.SOLVED}
FIELDS = (
    *("summary", "description", "status", "priority", "assignee", "reporter", "labels", "created", "updated"),
    *("project", "components", "attachment"),
)
Row = dict[str, Any]


async def fetch(http: HttpClient, settings: Settings, ticket_id: str, me: str) -> Ticket:
    """The issue before its comments: who changes it meanwhile makes the version old, and never the thread.

    An issue that is no customer's request is not found: only a request can hold what its requester does not see.
    """
    wanted = [*FIELDS, *([settings.team_field] if settings.team_field else [])]
    found = document(await http.get(issue_path(ticket_id), params={"fields": ",".join(wanted)}))
    number, fields = needed(identifier(found.get("id")), "issue.id"), mapping(found.get("fields"))
    if settings.project_keys and mapping(fields.get("project")).get("key") not in settings.project_keys:
        raise NotFound(f"issue {ticket_id} is in none of options.project_keys")
    request = document(await http.get(request_path(ticket_id), params={"expand": "participant,requestType"}))
    if needed(identifier(request.get("issueId")), "request.issueId") != number:
        raise NotFound(f"issue {ticket_id} is no request of a customer")
    reporter = {**mapping(fields.get("reporter")), **mapping(request.get("reporter"))}
    requester = person(reporter, Role.REQUESTER)
    copied = {
        who: person(one, Role.PARTICIPANT)
        for one in objects(mapping(request.get("participants")).get("values"))
        if (who := account_id(one.get("accountId"))) and who not in (requester.id, me)
    }
    thread = entries(found, await comments(http, ticket_id), me, requester, copied.keys())
    return Ticket(
        id=number,
        subject=text(fields.get("summary")) or "",
        status=_status(mapping(fields.get("status")), settings),
        version=_version(fields, thread, settings),
        requester=requester,
        messages=thread,
        created_at=thread[0].created_at,
        updated_at=max(needed(moment(fields.get("updated")), "issue.updated"), thread[-1].created_at),
        priority=_priority(mapping(fields.get("priority")), settings),
        queue=_team(fields, settings) or text(mapping(request.get("requestType")).get("name")),
        assignee=_assignee(mapping(fields.get("assignee")), me),
        participants=list(copied.values()),
        tags=[label for one in several(fields.get("labels")) if (label := text(one))],
        fields=_facts(found, request),
        url=_url(found, request, http.base_url),
    )


def _status(found: Row, settings: Settings) -> Status:
    """By the name that an option or Jira's templates give it, else by its category."""
    category = text(mapping(found.get("statusCategory")).get("key")) or ""
    return _word(found.get("name"), settings.statuses) or CATEGORIES.get(category, Status.OPEN)


def _priority(found: Row, settings: Settings) -> Priority:
    lowest = {"lowest": Priority.LOW}
    name = (text(found.get("name")) or "").casefold()
    return _word(found.get("name"), settings.priorities) or lowest.get(name, Priority.NORMAL)


def _word(name: Any, names: Mapping[Word, str]) -> Word | None:
    """Our word for a name of Jira's; of two words with one name the one that comes first."""
    folded = (text(name) or "").casefold()
    return next((word for word, one in names.items() if one.casefold() == folded), None)


def _version(fields: Row, thread: list[Message], settings: Settings) -> str:
    """A hash of what matters. `updated` also moves with what no agent would call a change, such as a vote."""
    matters = [
        *(fields.get(key) for key in ("summary", "labels", settings.team_field or "components")),
        *(mapping(fields.get(key)).get("id") for key in ("status", "priority")),
        *(mapping(fields.get(key)).get("accountId") for key in ("assignee", "reporter")),
        [(one.id, one.visibility, one.body, [file.id for file in one.attachments]) for one in thread],
    ]
    return hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()[:32]


def _team(fields: Row, settings: Settings) -> str | None:
    """Jira assigns people only; an option names the field that stands for a team."""
    found = fields.get(settings.team_field) if settings.team_field else None
    first = found if isinstance(found, dict) else next(iter(objects(found)), {})
    return text(first.get("value")) or text(first.get("name"))


def _assignee(found: Row, me: str) -> Person | None:
    who = account_id(found.get("accountId"))
    return person(found, Role.INTEGRATION if who == me else Role.AGENT) if who else None


def _facts(found: Row, request: Row) -> dict[str, Any]:
    """The key that people quote, and what kind of request it is."""
    facts = {
        "key": text(found.get("key")),
        "request_type": text(mapping(request.get("requestType")).get("name")),
        "service_desk": identifier(request.get("serviceDeskId")),
    }
    return {key: value for key, value in facts.items() if value}


def _url(found: Row, request: Row, base_url: str) -> str | None:
    """The site's own address, which calls with OAuth do not go to, is in the link to the portal."""
    key, portal = text(found.get("key")), text(mapping(request.get("_links")).get("web")) or ""
    try:
        site = urlsplit(portal)
    except ValueError:
        site = urlsplit("")
    origin = f"https://{site.netloc}" if site.scheme == "https" and site.netloc else base_url
    return f"{origin}/browse/{key}" if key else None
