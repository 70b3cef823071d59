"""Is this org in order? Reads only; each line that is not says what an admin should do.

What the integration user may do with an object, and with each field, is what Salesforce's description of it tells.
"""

from collections.abc import Mapping
from typing import Any

from connectors.checking import refused, tried
from connectors.contract import Finding
from connectors.errors import ConnectorError
from connectors.salesforce.events import DRAFT
from connectors.salesforce.read import FIELDS
from connectors.salesforce.replies import ACTION
from connectors.salesforce.session import API, Session
from connectors.salesforce.settings import Settings
from connectors.salesforce.thread import COMMENTS, EMAILS
from connectors.salesforce.values import quoted, select
from connectors.salesforce.webhook import webhook
from connectors.values import document, listed, text

CREDENTIALS = (
    "Check base_url (the org's My Domain), and the secrets client_id and client_secret of the external client app: "
    "client credentials flow enabled, run as the integration user, scope api (Setup > External Client App Manager)."
)
RIGHTS = "Setup > Permission Sets > the integration user's > Object Settings"
READ = f"Give the integration user Read (View All) on cases and contacts, and their fields: {RIGHTS}."
ROUTE = f"Give Edit on cases and on these fields: {RIGHTS}; or set options.routing: false."
NAMES = "Set options.statuses and options.priorities to values of this org (Setup > Object Manager > Case > Fields)."
NOTES = f"Give Create on case comments, which follows from Edit on cases: {RIGHTS}."
DRAFTS = (
    f"Give Create on e-mail messages, create the mark field as the README says and make it visible: {RIGHTS}; or leave "
    "options.email_drafts out, and drafts go in as comments."
)
ADDRESS = (
    "Set options.from_address to a verified address of Setup > Organization-Wide Addresses, and give the right Send "
    "Email; or leave it out, and nothing is ever sent."
)

Fields = Mapping[str, Mapping[str, Any]]


async def check(session: Session, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = await session.sign_in_again()
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    findings = [_credentials(me, settings)]
    for subject, query in _readings(settings).items():
        findings.append(await tried(subject, _reads(session, subject, query), READ))
    findings.append(await tried("comments", lambda: _notes(session), NOTES))
    if settings.email_drafts:
        findings.append(await tried("drafts", lambda: _drafts(session, settings), DRAFTS))
    if settings.routing:
        findings.append(await tried("routing", lambda: _routing(session, settings), ROUTE))
    if settings.replies:
        findings.append(await tried("replies", lambda: _replies(session, settings), ADDRESS))
    if settings.check_webhook:
        findings.append(await webhook(session, settings))
    return findings


def _credentials(me: str, settings: Settings) -> Finding:
    said = settings.integration_user_id
    if said and said != me:
        return Finding(
            "credentials",
            False,
            f"signed in as user {me}, but options.integration_user_id is {said}",
            f"Set integration_user_id to {me}, or have the app run as that user.",
        )
    return Finding("credentials", True, f"signed in as user {me}")


def _readings(settings: Settings) -> dict[str, str]:
    """The very fields that `fetch` asks for: one that is hidden makes Salesforce refuse the whole question."""
    tags = f",{settings.tags_field}" if settings.tags_field else ""
    mark = f",{settings.mark_field}" if settings.mark_field else ""
    return {
        "reading cases": select(f"{FIELDS}{tags}", "Case", then="LIMIT 1"),
        "reading e-mails": select(f"{EMAILS}{mark}", "EmailMessage", then="LIMIT 1"),
        "reading comments": select(COMMENTS, "CaseComment", then="LIMIT 1"),
        "reading queues": select("Id", "Group", "Type = 'Queue'", "LIMIT 1"),
    }


def _reads(session: Session, subject: str, query: str) -> Any:
    async def look() -> Finding:
        if not await session.rows(query) and subject == "reading cases":
            return Finding(subject, False, "no case is visible", READ)
        return Finding(subject, True, "allowed, with every field that is needed")

    return look


async def _described(session: Session, kind: str) -> tuple[dict[str, Any], Fields]:
    told = document(await session.get(f"{API}/sobjects/{kind}/describe"))
    return told, {str(one.get("name")): one for one in listed(told.get("fields"), "fields")}


async def _notes(session: Session) -> Finding:
    told, fields = await _described(session, "CaseComment")
    hidden = _missing(fields, ("ParentId", "CommentBody", "IsPublished"), "createable")
    if told.get("createable") is not True or hidden:
        return Finding("comments", False, "comments cannot be written", NOTES)
    return Finding("comments", True, "internal comments can be written")


async def _drafts(session: Session, settings: Settings) -> Finding:
    told, fields = await _described(session, "EmailMessage")
    wanted = ("ParentId", "Status", "Incoming", "IsPrivateDraft", "HtmlBody", "TextBody", str(settings.mark_field))
    hidden = _missing(fields, wanted, "createable")
    if told.get("createable") is not True or hidden:
        what = f": {', '.join(hidden)}" if hidden else ""
        return Finding("drafts", False, f"draft e-mails cannot be written{what}", DRAFTS)
    if DRAFT not in _choices(fields, "Status"):
        return Finding("drafts", False, f"an e-mail has no status {DRAFT} (Draft) here", DRAFTS)
    return Finding("drafts", True, "draft e-mails can be written")


async def _routing(session: Session, settings: Settings) -> Finding:
    told, fields = await _described(session, "Case")
    wanted = ("Status", "Priority", "OwnerId", *([settings.tags_field] if settings.tags_field else []))
    locked = _missing(fields, wanted, "updateable")
    if told.get("updateable") is not True or locked:
        return Finding("routing", False, f"cases cannot be changed: {', '.join(locked) or 'Edit is missing'}", ROUTE)
    unknown = sorted(
        {value for value in settings.priorities.values() if value not in _choices(fields, "Priority")}
        | {value for value in settings.statuses.values() if value not in _choices(fields, "Status")}
    )
    if unknown:
        return Finding("routing", False, f"cases have no status or priority {', '.join(unknown)}", NAMES)
    return Finding("routing", True, "owner, priority and status can be changed, and the values exist")


async def _replies(session: Session, settings: Settings) -> Finding:
    document(await session.get(ACTION))
    address = quoted(settings.from_address or "")
    if not await session.rows(select("Id", "OrgWideEmailAddress", f"Address = {address}")):
        return Finding("replies", False, f"{settings.from_address} is no organization-wide address", ADDRESS)
    return Finding("replies", True, "may send e-mail; what is sent is for the policies to decide")


def _missing(fields: Fields, wanted: tuple[str, ...], right: str) -> list[str]:
    return [name for name in wanted if fields.get(name, {}).get(right) is not True]


def _choices(fields: Fields, name: str) -> set[str | None]:
    values = fields.get(name, {}).get("picklistValues")
    return {text(one.get("value")) for one in listed(values, "picklistValues") if one.get("active") is not False}
