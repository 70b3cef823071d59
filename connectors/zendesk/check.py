"""Is this account in order? Reads only; each line that is not says what an admin should do."""

from typing import Any

from connectors.checking import refused, tried
from connectors.contract import Finding
from connectors.errors import ConnectorError
from connectors.http import HttpClient
from connectors.values import document, mapping, objects, several, text
from connectors.zendesk.people import STAFF
from connectors.zendesk.settings import Settings
from connectors.zendesk.values import identifier, ticket_path
from connectors.zendesk.webhook import webhook

CREDENTIALS = (
    "Check base_url, options.email and the secret api_token (Admin Center > Apps and integrations > APIs > Zendesk "
    "API: token access on, token active), or the secret oauth_token."
)
TICKETS = "Give the integration user the role agent with access to all tickets (Admin Center > People > Team)."
HISTORY = (
    "Let the integration user read ticket histories; with OAuth that takes the global scope read, which tickets:read "
    "does not include. Without it a lost answer cannot be told from a lost note."
)
TEAMS = "Let the integration user read groups, or escalation to a team by name cannot work."
SCOPES = "Create the OAuth token with the scopes read and write."


async def check(http: HttpClient, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = mapping(document(await http.get("/api/v2/users/me")).get("user"))
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    if identifier(me.get("id")) is None:
        return [Finding("credentials", False, "Zendesk takes the caller for a stranger", CREDENTIALS)]
    findings = [_credentials(me, settings), _role(me)]
    findings += await _tickets(http)
    findings.append(await _teams(http))
    if settings.oauth_token:
        findings.append(await _scopes(http))
    if settings.check_webhook:
        findings.append(await webhook(http, settings))
    return findings


def _credentials(me: dict[str, Any], settings: Settings) -> Finding:
    user = identifier(me.get("id"))
    said = settings.integration_user_id
    if said and said != user:
        return Finding(
            "credentials",
            False,
            f"signed in as user {user}, but options.integration_user_id is {said}",
            f"Set integration_user_id to {user}, or use the credentials of that user.",
        )
    return Finding("credentials", True, f"signed in as user {user}, role {text(me.get('role')) or 'unknown'}")


def _role(me: dict[str, Any]) -> Finding:
    if me.get("suspended") is True or me.get("active") is False:
        return Finding("role", False, "the integration user is suspended or deleted", "Reactivate the user.")
    if me.get("role") not in STAFF:
        return Finding("role", False, "the integration user is no member of staff", TICKETS)
    if restriction := text(me.get("ticket_restriction")):
        return Finding("role", False, f"the integration user sees only some tickets ({restriction})", TICKETS)
    if me.get("only_private_comments") is True:
        return Finding(
            "role",
            False,
            "the integration user may write internal notes only, and change nothing else",
            "Give a role with public replies and ticket changes; a light agent cannot route or send.",
        )
    return Finding("role", True, "may see all tickets and write to them, as far as the role tells")


async def _tickets(http: HttpClient) -> list[Finding]:
    """Reading tickets, and the history of one, in which a write is found again."""
    try:
        page = document(await http.get("/api/v2/tickets", params={"page[size]": "1"}))
    except ConnectorError as error:
        return [refused("tickets", error, TICKETS)]
    found = [Finding("tickets", True, "may read tickets")]
    ticket = next((one for item in objects(page.get("tickets")) if (one := identifier(item.get("id")))), None)
    if ticket is None:
        return [*found, Finding("history", True, "not tried: there is no ticket yet")]

    async def look() -> Finding:
        document(await http.get(f"{ticket_path(ticket)}/audits", params={"page[size]": "1"}))
        return Finding("history", True, "may read a ticket's history, where a lost write is found again")

    return [*found, await tried("history", look, HISTORY)]


async def _teams(http: HttpClient) -> Finding:
    async def look() -> Finding:
        document(await http.get("/api/v2/groups", params={"page[size]": "1"}))
        return Finding("teams", True, "may read groups")

    return await tried("teams", look, TEAMS)


async def _scopes(http: HttpClient) -> Finding:
    """An OAuth token tells its own scopes. An API token has none: it may do what its user may."""

    async def look() -> Finding:
        answer = document(await http.get("/api/v2/oauth/tokens/current.json"))
        scopes = {one for one in several(mapping(answer.get("token")).get("scopes")) if isinstance(one, str)}
        if "read" in scopes and scopes & {"write", "tickets:write"}:
            return Finding("scopes", True, "the OAuth token may read and write")
        return Finding("scopes", False, "the OAuth token lacks the scopes read and write", SCOPES)

    return await tried("scopes", look, SCOPES)
