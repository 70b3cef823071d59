"""Is this account in order? Reads only; each line that is not says what an admin should do."""

from typing import Any

from connectors.checking import refused, tried, webhook_path
from connectors.contract import Finding, Priority
from connectors.errors import ConnectorError
from connectors.http import HttpClient
from connectors.intercom.people import requester_of
from connectors.intercom.read import parts_of
from connectors.intercom.settings import Settings
from connectors.intercom.values import conversation_path
from connectors.values import document, identifier, listed, mapping, objects, several, text

CREDENTIALS = (
    "Check the secret api_token (Developer Hub > the app > Authentication) and base_url, which names the region of the "
    "workspace: api.intercom.io, api.eu.intercom.io or api.au.intercom.io."
)
TEAMMATE = "Set options.integration_user_id to the id of the teammate that is kept for Countersign, with an inbox seat."
WORKSPACE = "Set options.workspace_id to the workspace's id, or use the access token of that workspace."
TICKETS = "Give the app the permission to read conversations, and to read users (Developer Hub > Authentication)."
NAMES = "Give the app the permissions to read admins and teams, or routing by name cannot work."
TAGS = "Give the app the permissions to read and write tags."
PRIORITY = (
    "Create a conversation attribute of that name (Settings > Data > Conversations) of type list with the values low, "
    "normal, high and urgent, or leave options.priority_attribute out."
)
WHERE = "Developer Hub > the app > Webhooks"


async def check(http: HttpClient, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = document(await http.get("/me"))
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    if identifier(me.get("id")) is None:
        return [Finding("credentials", False, "Intercom's answer to /me names nobody", CREDENTIALS)]
    findings = [_workspace(me, settings), await _teammate(http, me, settings), await _tickets(http)]
    findings += [await _names(http), await _tags(http)]
    if settings.priority_attribute:
        findings.append(await _priority(http, settings.priority_attribute))
    return [*findings, _webhook(settings)]


def _workspace(me: dict[str, Any], settings: Settings) -> Finding:
    workspace = text(mapping(me.get("app")).get("id_code"))
    if settings.workspace_id and settings.workspace_id != workspace:
        detail = f"the token belongs to workspace {workspace}, options.workspace_id says {settings.workspace_id}"
        return Finding("credentials", False, detail, WORKSPACE)
    return Finding("credentials", True, f"signed in to workspace {workspace or 'without a name'}")


async def _teammate(http: HttpClient, me: dict[str, Any], settings: Settings) -> Finding:
    """Everything that we write is written as this teammate, and nothing that they write counts as a person's."""

    async def look() -> Finding:
        wanted = settings.integration_user_id or identifier(me.get("id"))
        admins = listed(document(await http.get("/admins")).get("admins"), "admins")
        found = next((one for one in admins if identifier(one.get("id")) == wanted), None)
        if found is None:
            return Finding("integration user", False, f"the workspace has no teammate {wanted}", TEAMMATE)
        if found.get("has_inbox_seat") is False:
            return Finding("integration user", False, f"teammate {wanted} has no inbox seat", TEAMMATE)
        whose = "" if settings.integration_user_id else ", who made the app: is that nobody's own account?"
        return Finding("integration user", True, f"writes as teammate {wanted}{whose}")

    return await tried("integration user", look, NAMES)


async def _tickets(http: HttpClient) -> Finding:
    """Reading conversations, a thread, in which a lost write is found again, and its requester."""

    async def look() -> Finding:
        answer = document(await http.get("/conversations", params={"per_page": "1"}))
        page = listed(answer.get("conversations"), "conversations")
        ticket = next((one for row in page if (one := identifier(row.get("id")))), None)
        if ticket is None:
            return Finding("conversations", True, "may read conversations; there is none yet to read the thread of")
        conversation = document(await http.get(conversation_path(ticket)))
        parts_of(conversation)
        if contact := requester_of(conversation):
            document(await http.get(f"/contacts/{contact}"))
        return Finding("conversations", True, "may read conversations, their threads and their requesters")

    return await tried("conversations", look, TICKETS)


async def _names(http: HttpClient) -> Finding:
    async def look() -> Finding:
        listed(document(await http.get("/teams")).get("teams"), "teams")
        return Finding("teams", True, "may read teams")

    return await tried("teams", look, NAMES)


async def _tags(http: HttpClient) -> Finding:
    async def look() -> Finding:
        listed(document(await http.get("/tags")).get("data"), "data")
        return Finding("tags", True, "may read tags; whether it may write shows with the first one")

    return await tried("tags", look, TAGS)


async def _priority(http: HttpClient, attribute: str) -> Finding:
    async def look() -> Finding:
        answer = document(await http.get("/data_attributes", params={"model": "conversation"}))
        rows = listed(answer.get("data"), "data")
        found = next((row for row in rows if attribute in (row.get("name"), row.get("label"))), None)
        if found is None:
            return Finding("priority", False, f"there is no conversation attribute {attribute!r}", PRIORITY)
        if found.get("api_writable") is False or found.get("archived") is True:
            return Finding("priority", False, f"the attribute {attribute!r} cannot be written by an app", PRIORITY)
        values = {(text(one.get("value")) or text(one.get("label")) or "") for one in objects(found.get("options"))}
        values |= {one for one in several(found.get("options")) if isinstance(one, str)}
        if values and (missing := sorted({str(one) for one in Priority} - {one.casefold() for one in values})):
            return Finding("priority", False, f"the attribute {attribute!r} lacks {', '.join(missing)}", PRIORITY)
        return Finding("priority", True, f"is kept in the attribute {attribute!r}")

    return await tried("priority", look, PRIORITY)


def _webhook(settings: Settings) -> Finding:
    """Intercom tells nobody by API which webhooks an app has."""
    if not settings.webhook_secrets:
        return Finding(
            "webhook",
            False,
            "the account has no webhook_secret, so every delivery is refused",
            "Set the app's client secret (Developer Hub > the app > Basic information) as webhook_secret.",
        )
    address = f"{settings.public_url or 'https://...'}{webhook_path(settings.name)}"
    return Finding("webhook", True, f"cannot be looked at by API: see in {WHERE} that it points at {address}")
