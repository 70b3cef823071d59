"""Is this account in order? Reads only; each line that is not says what an admin should do."""

from typing import Any

from connectors.chatwoot.paths import account_path
from connectors.chatwoot.settings import Settings
from connectors.chatwoot.webhook import webhook
from connectors.checking import refused, tried
from connectors.contract import Finding
from connectors.errors import ConnectorError
from connectors.http import HttpClient
from connectors.values import document, identifier, listed, mapping, objects, text

CREDENTIALS = (
    "Check base_url and the secret api_token: the access token of a user (that user's Profile settings). The token of "
    "an agent bot is not enough, because a bot may not read messages."
)
ACCOUNT = "Set options.account_id to the number after /app/accounts/ in Chatwoot, and invite the user to that account."
INBOXES = "Add the integration user to the inboxes (Settings > Inboxes > Collaborators), or make it an administrator."
TICKETS = "Let the integration user see conversations: role agent or administrator, and a collaborator of the inboxes."
NAMES = "Let the integration user read teams and agents (role agent or administrator), or routing by name cannot work."


async def check(http: HttpClient, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = document(await http.get("/api/v1/profile"))
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    if identifier(me.get("id")) is None:
        return [Finding("credentials", False, "Chatwoot's answer to the profile names no user", CREDENTIALS)]
    role = _role(me, settings)
    findings = [_credentials(me, settings), role]
    if not role.ok:
        return findings
    findings += [await _inboxes(http, settings), await _tickets(http, settings), await _names(http, settings)]
    if settings.check_webhook:
        findings.append(await webhook(http, settings))
    return findings


def _credentials(me: dict[str, Any], settings: Settings) -> Finding:
    user, said = identifier(me.get("id")), settings.integration_user_id
    if said and said != user:
        return Finding(
            "credentials",
            False,
            f"signed in as user {user}, but options.integration_user_id is {said}",
            f"Set integration_user_id to {user}, or use the token of that user.",
        )
    return Finding("credentials", True, f"signed in as user {user}")


def _role(me: dict[str, Any], settings: Settings) -> Finding:
    mine = (one for one in objects(me.get("accounts")) if identifier(one.get("id")) == settings.account_id)
    account = next(mine, None)
    if account is None:
        return Finding("account", False, f"the user does not belong to account {settings.account_id}", ACCOUNT)
    role = text(account.get("role")) or "unknown"
    # A custom role keeps the word agent and may lack any right: the lines that follow try them.
    return Finding("account", True, f"member of account {settings.account_id}, role {role}")


async def _inboxes(http: HttpClient, settings: Settings) -> Finding:
    async def look() -> Finding:
        answer = document(await http.get(f"{account_path(settings.account_id)}/inboxes"))
        seen = {identifier(one.get("id")) for one in listed(answer.get("payload"), "inboxes")}
        hidden = sorted(settings.inbox_ids - seen, key=int)
        if hidden:
            return Finding("inboxes", False, f"inboxes {', '.join(hidden)} are hidden from the user", INBOXES)
        if not seen:
            return Finding("inboxes", False, "the user sees no inbox at all", INBOXES)
        return Finding("inboxes", True, f"sees {len(seen)} inboxes; what comes in elsewhere is hidden from it")

    return await tried("inboxes", look, INBOXES)


async def _tickets(http: HttpClient, settings: Settings) -> Finding:
    """Reading conversations and a thread, in which a lost write is found again."""

    async def look() -> Finding:
        path = f"{account_path(settings.account_id)}/conversations"
        answer = document(await http.get(path, params={"status": "all", "assignee_type": "all", "page": "1"}))
        page = listed(mapping(answer.get("data")).get("payload"), "conversations")
        ticket = next((one for item in page if (one := identifier(item.get("id")))), None)
        if ticket is None:
            return Finding("conversations", True, "may read conversations; there is none yet to read the thread of")
        listed(document(await http.get(f"{path}/{ticket}/messages")).get("payload"), "messages")
        return Finding("conversations", True, "may read conversations and their threads")

    return await tried("conversations", look, TICKETS)


async def _names(http: HttpClient, settings: Settings) -> Finding:
    async def look() -> Finding:
        for what in ("teams", "agents"):
            listed(await http.get(f"{account_path(settings.account_id)}/{what}"), what)
        return Finding("teams", True, "may read teams and agents")

    return await tried("teams", look, NAMES)
