"""A record with its whole thread, in our words."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from connectors.contract import (
    Attachment,
    BodyFormat,
    Message,
    Person,
    Priority,
    Role,
    Status,
    Ticket,
    Visibility,
)
from connectors.errors import Unavailable
from connectors.http import HttpClient
from connectors.servicenow.journal import VISIBLE_AS, journal
from connectors.servicenow.people import People, requester_of
from connectors.servicenow.rows import NOT_ASKED, TABLES, Question, Row, rows
from connectors.servicenow.settings import REQUESTER, Settings
from connectors.servicenow.values import moment, number, raw, record_id, shown, sys_id
from connectors.values import document, mapping, needed, text

FIELDS = (
    "sys_id,number,short_description,description,state,priority,assignment_group,assigned_to,assigned_to.user_name,"
    "opened_by,opened_by.user_name,contact_type,sys_created_on,sys_updated_on,sys_mod_count"
)
ATTACHMENTS = "/api/now/attachment"
FILE = "sys_id,table_sys_id,file_name,content_type,size_bytes,download_link"
# Of the base system: 1 Critical, 2 High, 3 Moderate, 4 Low, 5 Planning.
PRIORITIES = {
    "1": Priority.URGENT,
    "2": Priority.HIGH,
    "3": Priority.NORMAL,
    "4": Priority.LOW,
    "5": Priority.LOW,
}
SPOKEN = {"phone", "walk-in"}


async def fetch(http: HttpClient, settings: Settings, people: People, ticket_id: str) -> Ticket:
    """The record before its thread: who writes meanwhile makes the version old, and never the thread."""
    record = record_id(ticket_id)
    found = await record_of(http, settings, record)
    entries = await journal(http, settings, record)
    files = await _files(http, record)
    writers = [login for row in entries if (login := text(row.get("sys_created_by")))]
    await people.learn([*writers, *_told(found)])
    return _ticket(settings, people, found, entries, files)


async def record_of(http: HttpClient, settings: Settings, record: str) -> Row:
    """The record itself, with each field in both of its forms. Raises `NotFound`, also where it is hidden."""
    field = REQUESTER[settings.table]
    asked = [FIELDS, *(f"{field}{part}" for part in ("", ".user_name", ".email", ".phone", ".company"))]
    params = {
        "sysparm_display_value": "all",
        "sysparm_exclude_reference_link": "true",
        "sysparm_fields": ",".join([*asked, settings.tags_field] if settings.tags_field else asked),
    }
    answer = document(await http.get(f"{TABLES}/{settings.table}/{record}", params=params))
    found = mapping(answer.get("result"))
    if needed(sys_id(raw(found, "sys_id")), "sys_id") != record:
        raise Unavailable(NOT_ASKED)
    return found


def version_of(count: str | None, entries: Iterable[Row]) -> str:
    """How often the record was saved, and which entries it has: an entry that is not counted changes it too."""
    ids = "\n".join(sorted(str(row.get("sys_id")) for row in entries))
    saved = needed(number(count), "sys_mod_count")
    return f"{saved};{hashlib.sha256(ids.encode(errors='replace')).hexdigest()[:16]}"


def tags_of(told: str | None) -> list[str]:
    return [tag for one in (told or "").split(",") if (tag := one.strip())]


def _told(found: Row) -> list[str]:
    return [login for name in ("assigned_to", "opened_by") if (login := raw(found, f"{name}.user_name"))]


def _ticket(
    settings: Settings, people: People, found: Row, entries: Sequence[Row], files: Sequence[Attachment]
) -> Ticket:
    record = needed(sys_id(raw(found, "sys_id")), "sys_id")
    requester = requester_of(found, REQUESTER[settings.table])
    created_at = needed(moment(raw(found, "sys_created_on")), "sys_created_on")
    assignee = raw(found, "assigned_to.user_name") or raw(found, "assigned_to")
    staff = {assignee.casefold()} if assignee else set()
    first = _first(found, people, requester, files, record, created_at)
    thread = [_message(row, people, requester, staff) for row in entries]
    return Ticket(
        id=record,
        subject=raw(found, "short_description") or "",
        status=_status(settings, needed(raw(found, "state"), "state")),
        version=version_of(raw(found, "sys_mod_count"), entries),
        requester=requester,
        messages=[first, *sorted(thread, key=lambda one: one.created_at)],
        created_at=created_at,
        updated_at=moment(raw(found, "sys_updated_on")) or created_at,
        channel=raw(found, "contact_type") or "unknown",
        priority=PRIORITIES.get(raw(found, "priority") or "", Priority.NORMAL),
        queue=shown(found, "assignment_group"),
        assignee=people.person(assignee, Role.AGENT) if assignee else None,
        tags=tags_of(raw(found, settings.tags_field)) if settings.tags_field else [],
        fields={"number": told} if (told := raw(found, "number")) else {},
        url=f"{settings.base_url}/nav_to.do?uri={settings.table}.do?sys_id={record}",
    )


def _first(
    found: Row, people: People, requester: Person, files: Sequence[Attachment], record: str, created_at: datetime
) -> Message:
    """What the record was opened with, and its files: ServiceNow keeps them with the record, not with an entry."""
    opened_by = raw(found, "opened_by.user_name")
    noted = raw(found, "contact_type") in SPOKEN and opened_by and opened_by != requester.id
    return Message(
        id=record,
        author=people.person(opened_by, Role.AGENT) if noted and opened_by else requester,
        visibility=Visibility.PUBLIC,
        body=raw(found, "description") or raw(found, "short_description") or "",
        format=BodyFormat.TEXT,
        created_at=created_at,
        attachments=files,
    )


def _message(row: Row, people: People, requester: Person, staff: set[str]) -> Message:
    author = people.writer(row, requester.id, staff)
    return Message(
        id=needed(sys_id(row.get("sys_id")), "sys_id"),
        author=requester if author.role is Role.REQUESTER else author,
        visibility=VISIBLE_AS[row["element"]],
        body=text(row.get("value")) or "",
        format=BodyFormat.TEXT,
        created_at=needed(moment(row.get("sys_created_on")), "sys_created_on"),
    )


async def _files(http: HttpClient, record: str) -> list[Attachment]:
    asked = Question(
        ATTACHMENTS, f"table_sys_id={record}^ORDERBYsys_created_on", FILE, lambda row: row.get("table_sys_id") == record
    )
    return [
        Attachment(
            id=needed(sys_id(row.get("sys_id")), "sys_id"),
            name=text(row.get("file_name")) or "unnamed",
            media_type=text(row.get("content_type")),
            size=number(row.get("size_bytes")),
            url=text(row.get("download_link")),
        )
        for row in await rows(http, asked)
    ]


def _status(settings: Settings, told: str) -> Status:
    """Our word for the instance's state; one that nobody mapped is open, so that a person sees it."""
    known: dict[str, Status] = {}
    for status, value in settings.states.items():
        known.setdefault(value, status)
    return known.get(told, Status.OPEN)
