"""Is this account in order? Reads only; each line that is not says what an admin should do."""

from typing import Any

from connectors.checking import refused, tried
from connectors.contract import Finding
from connectors.errors import ConnectorError
from connectors.help_scout.paths import API, conversation_path
from connectors.help_scout.settings import Settings
from connectors.help_scout.webhook import webhook
from connectors.http import HttpClient
from connectors.session import Session
from connectors.values import document, identifier, listed, mapping, text

CREDENTIALS = (
    "Check the secrets app_id and app_secret: an app of the integration user (Your profile > My apps), and that the "
    "plan has the API."
)
INBOXES = "Give the integration user access to the inboxes (Manage > Users > the user > Permissions)."
TICKETS = "Let the integration user read conversations in its inboxes."
NAMES = "Let the integration user read users and teams, or name them by their ids alone."
DOCS = "Check the secret docs_api_key (Your profile > Authentication > API keys), or leave it out."


async def check(session: Session, docs: HttpClient | None, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = document(await session.get(f"{API}/users/me"))
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    if identifier(me.get("id")) is None:
        return [Finding("credentials", False, "Help Scout's answer names no user", CREDENTIALS)]
    findings = [_credentials(me, settings), await _inboxes(session, settings)]
    findings += [await _tickets(session), await _names(session)]
    if docs:
        findings.append(await _docs(docs))
    if settings.check_webhook:
        findings.append(await webhook(session, settings))
    return findings


def _credentials(me: dict[str, Any], settings: Settings) -> Finding:
    user, said = identifier(me.get("id")), settings.integration_user_id
    if said and said != user:
        return Finding(
            "credentials",
            False,
            f"signed in as user {user}, but options.integration_user_id is {said}",
            f"Set integration_user_id to {user}, or use an app of that user.",
        )
    return Finding("credentials", True, f"signed in as user {user}, role {text(me.get('role')) or 'unknown'}")


async def _rows(session: Session, what: str, key: str = "") -> list[dict[str, Any]]:
    """The first page of a list; where it is empty the list is left out."""
    answer = document(await session.get(f"{API}/{what}", {"page": "1", **({"status": "all"} if key else {})}))
    embedded = mapping(answer.get("_embedded"))
    if not embedded and isinstance(answer.get("page"), dict):
        return []
    return listed(embedded.get(key or what), what)


async def _inboxes(session: Session, settings: Settings) -> Finding:
    async def look() -> Finding:
        seen = {identifier(one.get("id")) for one in await _rows(session, "mailboxes")}
        if hidden := sorted(settings.inbox_ids - seen, key=int):
            return Finding("inboxes", False, f"inboxes {', '.join(hidden)} are hidden from the user", INBOXES)
        if not seen:
            return Finding("inboxes", False, "the user sees no inbox at all", INBOXES)
        return Finding("inboxes", True, f"sees {len(seen)} inboxes; what comes in elsewhere is hidden from it")

    return await tried("inboxes", look, INBOXES)


async def _tickets(session: Session) -> Finding:
    """Reading conversations and a thread, in which a lost write is found again."""

    async def look() -> Finding:
        rows = await _rows(session, "conversations", "conversations")
        ticket = next((one for item in rows if (one := identifier(item.get("id")))), None)
        if ticket is None:
            return Finding("conversations", True, "may read conversations; there is none yet to read the thread of")
        document(await session.get(f"{conversation_path(ticket)}/threads", {"page": "1"}))
        return Finding("conversations", True, "may read conversations and their threads")

    return await tried("conversations", look, TICKETS)


async def _names(session: Session) -> Finding:
    async def look() -> Finding:
        for what in ("users", "teams"):
            await _rows(session, what)
        return Finding("teams", True, "may read users and teams")

    return await tried("teams", look, NAMES)


async def _docs(docs: HttpClient) -> Finding:
    async def look() -> Finding:
        answer = document(await docs.get("/v1/collections", params={"page": "1"}))
        found = listed(mapping(answer.get("collections")).get("items"), "collections")
        return Finding("articles", True, f"may read {len(found)} collections of articles")

    return await tried("articles", look, DOCS)
