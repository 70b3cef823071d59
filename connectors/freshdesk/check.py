"""Is this account in order? Reads only; each line that is not says what an admin should do."""

from typing import Any

from connectors.checking import refused, tried, webhook_path
from connectors.contract import Finding
from connectors.errors import ConnectorError
from connectors.freshdesk.paths import API, ticket_path
from connectors.freshdesk.settings import SECRET_HEADER, Settings
from connectors.http import HttpClient
from connectors.values import document, identifier, listed

CREDENTIALS = (
    "Check base_url and the secret api_key: the integration user's Profile settings > View API key. The user must be "
    "an agent, activated, and the account's plan must have the API."
)
TICKETS = "Give the integration user the scope Global Access and a role that may view, reply to and change tickets."
NAMES = "Let the integration user's role read groups and agents, or name teams and assignees by their ids alone."
GLOBAL = 1


async def check(http: HttpClient, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = document(await http.get(f"{API}/agents/me"))
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    user = identifier(me.get("id"))
    if user is None:
        return [Finding("credentials", False, "Freshdesk's answer names no agent", CREDENTIALS)]
    return [
        Finding("credentials", True, f"signed in as agent {user}"),
        _scope(me),
        await _tickets(http),
        await _names(http),
        _webhook(settings),
    ]


def _scope(me: dict[str, Any]) -> Finding:
    """What the agent sees. Which of its role's rights are missing cannot be asked for, only found out by writing."""
    scope = me.get("ticket_scope")
    if scope is not None and scope != GLOBAL:
        return Finding("scope", False, "the integration user sees only the tickets of its groups, or its own", TICKETS)
    return Finding("scope", True, "sees all tickets" if scope == GLOBAL else "Freshdesk does not tell what it sees")


async def _tickets(http: HttpClient) -> Finding:
    """Reading tickets and a thread, in which a lost write is found again."""

    async def look() -> Finding:
        page = listed(await http.get(f"{API}/tickets", params={"per_page": "1"}), "tickets")
        ticket = next((one for item in page if (one := identifier(item.get("id")))), None)
        if ticket is None:
            return Finding("tickets", True, "may read tickets; there is none of late to read the thread of")
        listed(await http.get(f"{ticket_path(ticket)}/conversations", params={"per_page": "1"}), "conversations")
        return Finding("tickets", True, "may read tickets and their threads")

    return await tried("tickets", look, TICKETS)


async def _names(http: HttpClient) -> Finding:
    async def look() -> Finding:
        for what in ("groups", "agents"):
            listed(await http.get(f"{API}/{what}", params={"per_page": "1"}), what)
        return Finding("teams", True, "may read groups and agents")

    return await tried("teams", look, NAMES)


def _webhook(settings: Settings) -> Finding:
    """Automation rules cannot be looked at by API; what can be told is where they must point, and with what."""
    where = f"{settings.public_url or ''}{webhook_path(settings.name)}"
    if not settings.webhook_secrets:
        return Finding(
            "webhook",
            False,
            "the account has no webhook_secret, so every delivery is refused",
            f"Make up a long random value, set it as the secret webhook_secret, and send it in {SECRET_HEADER}.",
        )
    return Finding(
        "webhook", True, f"not looked at, because no API tells: rules must call {where} with {SECRET_HEADER}"
    )
