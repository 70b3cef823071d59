"""Is this account in order? Reads only; each line that is not says what an admin should do."""

from typing import Any

from connectors.checking import refused, tried
from connectors.contract import Finding
from connectors.errors import ConnectorError
from connectors.http import HttpClient
from connectors.jira_service_management.pages import comments
from connectors.jira_service_management.settings import Settings
from connectors.jira_service_management.values import account_id, request_path
from connectors.jira_service_management.webhook import webhook
from connectors.values import document, identifier, lacks, listed, mapping, text

CREDENTIALS = (
    "Check base_url (https://yourcompany.atlassian.net), options.email and the secret api_token. Tokens of Atlassian's "
    "run out, after a year at the latest."
)
RIGHTS = (
    "Give the integration user the role Service Desk Team in each service project, and a licence of Jira Service "
    "Management; without it nobody can write internal comments."
)
REQUESTS = "Let the integration user browse the service project and read requests: role Service Desk Team."
NAMES = "Set options.statuses and options.priorities to the names that this Jira has (Settings > Work items)."
NEEDED = (
    "BROWSE_PROJECTS",
    "SERVICEDESK_AGENT",
    "ADD_COMMENTS",
    "EDIT_ISSUES",
    "ASSIGN_ISSUES",
    "TRANSITION_ISSUES",
)


async def check(http: HttpClient, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = document(await http.get("/rest/api/3/myself"))
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    if account_id(me.get("accountId")) is None:
        return [Finding("credentials", False, "Jira's answer names no user", CREDENTIALS)]
    findings = [
        _credentials(me, settings),
        await _rights(http, settings),
        await _requests(http, settings),
        await _names(http, settings),
    ]
    if settings.check_webhook:
        findings.append(await webhook(http, settings))
    return findings


def _credentials(me: dict[str, Any], settings: Settings) -> Finding:
    user, said = account_id(me.get("accountId")), settings.integration_user_id
    if me.get("active") is False:
        return Finding(
            "credentials", False, "the integration user is not active", "Activate it on admin.atlassian.com."
        )
    if said and said != user:
        return Finding(
            "credentials",
            False,
            f"signed in as user {user}, but options.integration_user_id is {said}",
            f"Set integration_user_id to {user}, or use the credentials of that user.",
        )
    return Finding("credentials", True, f"signed in as user {user}")


async def _rights(http: HttpClient, settings: Settings) -> Finding:
    """Jira tells what the user may do, so that writing is proven without a write."""

    async def look() -> Finding:
        projects: list[str | None] = [*sorted(settings.project_keys)]
        for project in projects or [None]:
            query = {"permissions": ",".join(NEEDED), **({"projectKey": project} if project else {})}
            told = document(await http.get("/rest/api/3/mypermissions", params=query)).get("permissions")
            if not isinstance(told, dict):
                raise lacks("permissions")
            granted = {key for key, one in told.items() if mapping(one).get("havePermission") is True}
            if missing := [right for right in NEEDED if right not in granted]:
                where = f" in {project}" if project else ""
                return Finding("rights", False, f"the user lacks {', '.join(missing)}{where}", RIGHTS)
        return Finding("rights", True, "is an agent, and may read, comment, edit, assign and move issues")

    return await tried("rights", look, RIGHTS)


async def _requests(http: HttpClient, settings: Settings) -> Finding:
    """Reading a request and its comments, in which a lost write is found again."""

    async def look() -> Finding:
        query = {"requestOwnership": "ALL_REQUESTS", "start": "0", "limit": "1"}
        rows = listed(document(await http.get("/rest/servicedeskapi/request", params=query)).get("values"), "requests")
        ticket = next((one for row in rows if (one := identifier(row.get("issueId")))), None)
        if ticket is None:
            return Finding("requests", True, "may list requests; there is none yet to read the comments of")
        document(await http.get(request_path(ticket)))
        await comments(http, ticket)
        return Finding("requests", True, "may read requests and their comments")

    return await tried("requests", look, REQUESTS)


async def _names(http: HttpClient, settings: Settings) -> Finding:
    """The names that we would write are names that Jira has. A workflow may still lead to none of them."""

    async def look() -> Finding:
        missing = []
        statuses = listed(await http.get("/rest/api/3/status"), "statuses")
        answer = document(await http.get("/rest/api/3/priority/search", params={"maxResults": "100"}))
        priorities = listed(answer.get("values"), "priorities")
        for rows, ours in ((statuses, settings.statuses), (priorities, settings.priorities)):
            theirs = {(text(row.get("name")) or "").casefold() for row in rows}
            missing += sorted({name for name in ours.values() if name.casefold() not in theirs})
        if missing:
            return Finding("names", False, f"Jira has no status or priority called {', '.join(missing)}", NAMES)
        return Finding("names", True, "the statuses and priorities that would be written exist")

    return await tried("names", look, NAMES)
