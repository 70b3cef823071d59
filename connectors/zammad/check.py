"""Is this account in order? Reads only; each line that is not says what an admin should do."""

from typing import Any

from connectors.checking import refused, tried
from connectors.contract import Finding
from connectors.errors import ConnectorError
from connectors.http import HttpClient
from connectors.values import document, identifier, listed, text
from connectors.zammad.drafts import shared_draft
from connectors.zammad.read import tags_of, thread
from connectors.zammad.settings import Settings
from connectors.zammad.webhook import webhook

CREDENTIALS = (
    "Check base_url and the secret api_token: an access token of the integration user (Profile > Token Access) with "
    "the permission ticket.agent. Token access must be allowed (Settings > System > API)."
)
TICKETS = "Give the integration user the role Agent, and full access to the groups that are to be served."
NAMES = "Set options.states and options.priorities to the names that this Zammad has (Manage > Ticket States)."
DRAFTS = (
    "Give the integration user ticket.agent with change rights in the group, and allow shared drafts in it (Manage > "
    "Groups); or leave options.shared_drafts out, and drafts go in as notes."
)


async def check(http: HttpClient, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = document(await http.get("/api/v1/users/me"))
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    if identifier(me.get("id")) is None:
        return [Finding("credentials", False, "Zammad's answer names no user", CREDENTIALS)]
    findings = [_credentials(me, settings), *await _tickets(http, settings), await _names(http, settings)]
    if settings.check_webhook:
        findings.append(await webhook(http, settings))
    return findings


def _credentials(me: dict[str, Any], settings: Settings) -> Finding:
    user, said = identifier(me.get("id")), settings.integration_user_id
    if me.get("active") is False:
        return Finding("credentials", False, "the integration user is not active", "Activate it (Manage > Users).")
    if said and said != user:
        return Finding(
            "credentials",
            False,
            f"signed in as user {user}, but options.integration_user_id is {said}",
            f"Set integration_user_id to {user}, or use the token of that user.",
        )
    return Finding("credentials", True, f"signed in as user {user}")


async def _tickets(http: HttpClient, settings: Settings) -> list[Finding]:
    """Reading a ticket with its articles and tags, in which a lost write is found again, and its shared draft."""
    try:
        rows = listed(await http.get("/api/v1/tickets", params={"page": "1", "per_page": "1"}), "tickets")
        ticket = next((one for row in rows if (one := identifier(row.get("id")))), None)
        if ticket is None:
            said = "may list tickets; it sees none yet, so that articles, tags and drafts were not tried"
            return [Finding("tickets", True, said)]
        await thread(http, ticket)
        await tags_of(http, ticket)
    except ConnectorError as error:
        return [refused("tickets", error, TICKETS)]
    found = [Finding("tickets", True, "may read tickets, their articles and their tags")]
    if not settings.shared_drafts:
        return found

    async def look() -> Finding:
        await shared_draft(http, ticket)
        return Finding("shared drafts", True, "may read them; each group must allow them, which this does not prove")

    return [*found, await tried("shared drafts", look, DRAFTS)]


async def _names(http: HttpClient, settings: Settings) -> Finding:
    """The names that we would write are names that Zammad has, and they are in use."""

    async def look() -> Finding:
        missing = []
        for what, ours in (("ticket_states", settings.states), ("ticket_priorities", settings.priorities)):
            rows = listed(await http.get(f"/api/v1/{what}"), what)
            theirs = {text(row.get("name")) for row in rows if row.get("active") is not False}
            missing += sorted({name for name in ours.values() if name not in theirs})
        if missing:
            return Finding("names", False, f"Zammad has no state or priority called {', '.join(missing)}", NAMES)
        return Finding("names", True, "the states and priorities that would be written exist")

    return await tried("names", look, TICKETS)
