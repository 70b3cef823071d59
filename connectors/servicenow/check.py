"""Is this instance in order? Reads only; each line that is not says what an admin should do.

ServiceNow tells nobody which columns they may write: roles tell most of it, and the first write the rest.
"""

from connectors.checking import Look, refused, tried
from connectors.contract import Finding
from connectors.errors import ConnectorError, Rejected
from connectors.http import HttpClient
from connectors.servicenow.directory import GROUPS
from connectors.servicenow.journal import JOURNAL, VISIBLE_AS
from connectors.servicenow.people import MEMBERS, USERS
from connectors.servicenow.read import ATTACHMENTS
from connectors.servicenow.rows import TABLES, Question, Row, page, rows
from connectors.servicenow.settings import CASE, Settings
from connectors.servicenow.webhook import webhook
from connectors.values import text

CREDENTIALS = (
    "Check base_url, options.user, and the secret password or api_key. The user must be active, not locked out, and "
    "have the role snc_platform_rest_api_access where the instance asks for it."
)
ZONE = (
    "Set the user's time zone to GMT (User Administration > Users): ServiceNow reads the times of our questions in it."
)
ROLES = "Give the integration user the role {role} (User Administration > Users > the user > Roles)."
JOURNALS = (
    "Grant read on sys_journal_field to the integration user (System Security > Access Control); its own drafts are "
    "found there. If it is granted, nobody has written yet: write one work note and check again."
)
PEOPLE = "Grant read on {path} to the integration user; without it agents cannot be told from others, or be found."
STATES = "Set options.states to values that the choice list of state has (System Definition > Choice Lists)."
AGENT_ROLES = {"itil", "sn_customerservice_agent", "admin"}


async def check(http: HttpClient, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = await _me(http, settings)
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    if me is None:
        return [Finding("credentials", False, f"there is no user {settings.user}, or it is hidden", CREDENTIALS)]
    role = "sn_customerservice_agent" if settings.table == CASE else "itil"
    findings = [Finding("credentials", True, f"signed in; {settings.user} exists"), _zone(me)]
    looks: list[tuple[str, Look, str]] = [
        (f"{settings.table} records", lambda: _records(http, settings, role), ROLES.format(role=role)),
        ("journal", lambda: _journal(http, settings), JOURNALS),
        ("roles", lambda: _roles(http, settings, role), ROLES.format(role=role)),
        ("groups", lambda: _seen(http, "groups", GROUPS), PEOPLE.format(path="sys_user_group")),
        ("members", lambda: _seen(http, "members", MEMBERS), PEOPLE.format(path="sys_user_grmember")),
        ("attachments", lambda: _answers(http, "attachments", ATTACHMENTS), ROLES.format(role=role)),
        ("questions", lambda: _questions(http, settings), ROLES.format(role=role)),
    ]
    if settings.routing:
        looks.append(("states", lambda: _states(http, settings), STATES))
    findings += [await tried(subject, look, remedy) for subject, look, remedy in looks]
    return [*findings, await webhook(http, settings)] if settings.check_webhook else findings


async def _me(http: HttpClient, settings: Settings) -> Row | None:
    def belongs(row: Row) -> bool:
        return (text(row.get("user_name")) or "").casefold() == settings.user.casefold()

    asked = Question(USERS, f"user_name={settings.user}", "sys_id,user_name,time_zone", belongs)
    return next(iter((await page(http, asked, 1))[0]), None)


def _zone(me: Row) -> Finding:
    zone = text(me.get("time_zone"))
    if zone in ("GMT", "UTC", "Etc/UTC"):
        return Finding("time zone", True, zone)
    return Finding(
        "time zone", False, f"{zone or 'that of the instance'}, in which polling would miss what happened", ZONE
    )


async def _records(http: HttpClient, settings: Settings, role: str) -> Finding:
    subject = f"{settings.table} records"
    asked = Question(f"{TABLES}/{settings.table}", "ORDERBYDESCsys_updated_on", "sys_id", lambda row: True)
    if not (await page(http, asked, 1))[0]:
        return Finding(subject, False, "no record is visible", ROLES.format(role=role))
    return Finding(subject, True, "visible")


async def _journal(http: HttpClient, settings: Settings) -> Finding:
    def belongs(row: Row) -> bool:
        return row.get("name") == settings.table and row.get("element") in VISIBLE_AS

    query = f"name={settings.table}^elementIN{','.join(VISIBLE_AS)}^ORDERBYDESCsys_created_on"
    if not (await page(http, Question(JOURNAL, query, "sys_id,name,element", belongs), 1))[0]:
        return Finding("journal", False, "no comment or work note is visible", JOURNALS)
    return Finding("journal", True, "comments and work notes can be read, and so our own drafts be found again")


async def _roles(http: HttpClient, settings: Settings, role: str) -> Finding:
    name = "user.user_name"

    def belongs(row: Row) -> bool:
        return (text(row.get(name)) or "").casefold() == settings.user.casefold()

    asked = Question(f"{TABLES}/sys_user_has_role", f"{name}={settings.user}", f"{name},role.name", belongs)
    held = {text(row.get("role.name")) for row in await rows(http, asked)}
    if held & AGENT_ROLES:
        return Finding(
            "roles", True, "an agent's role is held; whether each column may be written shows at the first write"
        )
    return Finding("roles", False, "no agent's role is held, or roles are hidden", ROLES.format(role=role))


async def _seen(http: HttpClient, subject: str, path: str) -> Finding:
    if not (await page(http, Question(path, "", "sys_id", lambda row: True), 1))[0]:
        return Finding(subject, False, "none is visible", PEOPLE.format(path=path.rpartition("/")[2]))
    return Finding(subject, True, "visible")


async def _answers(http: HttpClient, subject: str, path: str) -> Finding:
    await page(http, Question(path, "", "sys_id", lambda row: True), 1)
    return Finding(subject, True, "can be listed")


async def _questions(http: HttpClient, settings: Settings) -> Finding:
    """What becomes of a question that this instance does not understand?"""
    asked = Question(f"{TABLES}/{settings.table}", "u_countersign_no_such_column=1", "sys_id", lambda row: True)
    try:
        ignored = bool((await page(http, asked, 1))[0])
    except Rejected:
        ignored = False
    if ignored:
        said = (
            "what is not understood is ignored, so each row is looked at (glide.invalid_query.returns_no_rows is off)"
        )
        return Finding("questions", True, said)
    return Finding("questions", True, "what is not understood finds nothing")


async def _states(http: HttpClient, settings: Settings) -> Finding:
    def belongs(row: Row) -> bool:
        return row.get("name") in (settings.table, "task") and row.get("element") == "state"

    query = f"nameIN{settings.table},task^element=state^inactive=false"
    asked = Question(f"{TABLES}/sys_choice", query, "name,element,value", belongs)
    known = {text(row.get("value")) for row in await rows(http, asked)}
    if missing := sorted(set(settings.states.values()) - known):
        return Finding("states", False, f"{settings.table} has no state {', '.join(missing)}", STATES)
    return Finding("states", True, "the states that would be written exist")
