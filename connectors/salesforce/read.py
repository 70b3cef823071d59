"""A case with its whole thread, in our words."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from connectors.contract import Message, Priority, Status, Ticket
from connectors.errors import NotFound
from connectors.salesforce.events import DRAFT
from connectors.salesforce.people import People
from connectors.salesforce.session import Row, Session
from connectors.salesforce.settings import Settings
from connectors.salesforce.thread import comments_of, emails_of, files_of, messages
from connectors.salesforce.values import CASE, case_id, quoted, record_id, select
from connectors.values import mapping, moment, needed, text

FIELDS = (
    "Id,CaseNumber,Subject,Description,Status,IsClosed,Priority,Origin,OwnerId,Owner.Name,Owner.Type,ContactId,"
    "Contact.Name,Contact.Email,Contact.Phone,Account.Name,SuppliedName,SuppliedEmail,SuppliedPhone,CreatedDate,"
    "SystemModstamp,CreatedById,CreatedBy.Name,CreatedBy.Email,CreatedBy.UserType"
)


async def fetch(session: Session, settings: Settings, ticket_id: str) -> Ticket:
    """The case before its thread: who writes meanwhile makes the version old, and never the thread."""
    found = await case_of(session, settings, case_id(ticket_id))
    case, me = needed(record_id(found.get("Id"), CASE), "Case.Id"), await session.me()
    emails = await emails_of(session, case, settings.mark_field)
    comments = await comments_of(session, case)
    files = await files_of(session, emails, settings.base_url)
    people = People(found, (row for row in emails if row.get("Incoming") is True), me)
    thread = messages(found, emails, comments, files, people, settings.mark_field, me)
    return _ticket(settings, found, thread, people, version_of(found, emails, comments))


async def case_of(session: Session, settings: Settings, case: str) -> Row:
    """The case itself. Raises `NotFound`; Salesforce finds no row also where a case is hidden from us."""
    fields = f"{FIELDS},{settings.tags_field}" if settings.tags_field else FIELDS
    rows = await session.rows(select(fields, "Case", f"Id = {quoted(case)}"))
    if not rows:
        raise NotFound(f"case {case} does not exist, or is hidden from the integration user")
    return rows[0]


def version_of(case: Row, emails: Iterable[Row], comments: Iterable[Row]) -> str:
    """When the case changed, and what its thread is. Whether a message touches its case is for each org to say.

    Drafts are left out: they change while an agent types.
    """
    shown = [row for row in emails if row.get("Incoming") is True or row.get("Status") != DRAFT]
    entries = sorted(f"{row.get('Id')} {row.get('SystemModstamp')}" for row in [*shown, *comments])
    digest = hashlib.sha256("\n".join(entries).encode(errors="replace")).hexdigest()[:16]
    return f"{needed(text(case.get('SystemModstamp')), 'Case.SystemModstamp')};{digest}"


def tags_of(case: Row, tags_field: str | None) -> list[str]:
    return [tag for one in (text(case.get(tags_field)) or "").split(";") if (tag := one.strip())] if tags_field else []


def _ticket(settings: Settings, found: Row, thread: Sequence[Message], people: People, version: str) -> Ticket:
    case = needed(record_id(found.get("Id"), CASE), "Case.Id")
    updated_at = needed(moment(found.get("SystemModstamp")), "Case.SystemModstamp")
    owner, name = text(mapping(found.get("Owner")).get("Type")), text(mapping(found.get("Owner")).get("Name"))
    assigned = people.user({"OwnerId": found.get("OwnerId"), "Owner": {"Name": name}}, "Owner", internal=True)
    return Ticket(
        id=case,
        subject=text(found.get("Subject")) or "",
        status=_status(settings, needed(text(found.get("Status")), "Case.Status"), found.get("IsClosed")),
        version=version,
        requester=people.requester,
        messages=thread,
        created_at=moment(found.get("CreatedDate")) or updated_at,
        updated_at=updated_at,
        channel=(text(found.get("Origin")) or "unknown").lower(),
        priority=_priority(settings, text(found.get("Priority"))),
        queue=name if owner == "Queue" else None,
        assignee=assigned if owner == "User" else None,
        tags=tags_of(found, settings.tags_field),
        fields={"CaseNumber": number} if (number := text(found.get("CaseNumber"))) else {},
        url=f"{settings.base_url}/lightning/r/Case/{case}/view",
    )


def _status(settings: Settings, told: str, closed: Any) -> Status:
    """Our word for the org's; one that nobody mapped is open until Salesforce says that the case is closed."""
    known: dict[str, Status] = {}
    for status, value in settings.statuses.items():
        known.setdefault(value.casefold(), status)
    return known.get(told.casefold(), Status.CLOSED if closed is True else Status.OPEN)


def _priority(settings: Settings, told: str | None) -> Priority:
    """The mildest of our words that stands for the org's."""
    words = (word for word, value in settings.priorities.items() if value.casefold() == (told or "").casefold())
    return next(words, Priority.NORMAL)
