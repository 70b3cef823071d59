"""Is this account in order? Reads only; each line that is not says what an admin should do."""

from typing import Any

from connectors.checking import refused, tried, webhook_path
from connectors.contract import Finding
from connectors.errors import ConnectorError
from connectors.front.pages import every, pages
from connectors.front.settings import SECRET_ROLES, Settings
from connectors.front.values import resource
from connectors.http import HttpClient
from connectors.values import document

CREDENTIALS = f"Check base_url and the secret api_token ({SECRET_ROLES['api_token']})."
AUTHOR = (
    "Set options.author_id to the id (tea_...) of an active teammate that is Countersign's own; GET /teammates lists "
    "them. The token needs the scope teammates:read."
)
TICKETS = (
    "Give the token the scopes conversations:read, messages:read, comments:read, drafts:read and inboxes:read, for the "
    "shared inboxes that are to be served."
)
NAMES = "Give the token the scopes inboxes:read, channels:read, teammates:read and tags:read; routing needs the names."
CHANNEL = "Set options.channel_id to a channel (cha_...) that the token may use; GET /channels lists them."


async def check(http: HttpClient, settings: Settings) -> list[Finding]:
    """Credentials first; the other lines make sense only with them."""
    try:
        me = document(await http.get("/me"))
    except ConnectorError as error:
        return [refused("credentials", error, CREDENTIALS)]
    if resource(me.get("id"), "cmp") is None:
        return [Finding("credentials", False, "Front's answer names no company", CREDENTIALS)]
    return [
        _credentials(me, settings),
        await _author(http, settings),
        await _tickets(http, settings),
        await _names(http, settings),
        _webhook(settings),
    ]


def _credentials(me: dict[str, Any], settings: Settings) -> Finding:
    company, said = resource(me.get("id"), "cmp"), settings.company_id
    if said and said != company:
        return Finding(
            "credentials",
            False,
            f"the token belongs to company {company}, but options.company_id is {said}",
            f"Set company_id to {company}, or use a token of the other company.",
        )
    return Finding("credentials", True, f"the token belongs to company {company}")


async def _author(http: HttpClient, settings: Settings) -> Finding:
    async def look() -> Finding:
        found = document(await http.get(f"/teammates/{settings.author_id}"))
        if resource(found.get("id"), "tea") != settings.author_id:
            return Finding("integration user", False, "Front's answer names another teammate", AUTHOR)
        if found.get("is_blocked") is True:
            return Finding("integration user", False, f"teammate {settings.author_id} is blocked", AUTHOR)
        return Finding("integration user", True, f"writes in the name of teammate {settings.author_id}")

    return await tried("integration user", look, AUTHOR)


async def _tickets(http: HttpClient, settings: Settings) -> Finding:
    """Reading a conversation and all that is in it, in which a lost write is found again. Whether the token may also
    write shows only when it does."""

    async def look() -> Finding:
        first = "/conversations" if not settings.inbox_ids else f"/inboxes/{min(settings.inbox_ids)}/conversations"
        rows = await _first_page(http, first)
        ticket = next((one for row in rows if (one := resource(row.get("id"), "cnv"))), None)
        if ticket is None:
            return Finding("conversations", True, "may read conversations; there is none yet to read the thread of")
        for part in ("messages", "comments", "drafts", "inboxes"):
            await _first_page(http, f"/conversations/{ticket}/{part}")
        return Finding(
            "conversations",
            True,
            "may read conversations, messages, comments and drafts; that it may write them shows with the first draft",
        )

    return await tried("conversations", look, TICKETS)


async def _names(http: HttpClient, settings: Settings) -> Finding:
    async def look() -> Finding:
        inboxes = {one for row in await every(http, "/inboxes") if (one := resource(row.get("id"), "inb"))}
        if hidden := sorted(settings.inbox_ids - inboxes):
            return Finding("names", False, f"inboxes {', '.join(hidden)} are hidden from the token", NAMES)
        for part in ("teammates", "tags"):
            await _first_page(http, f"/{part}")
        working = [row for row in await every(http, "/channels") if row.get("is_valid") is not False]
        if settings.channel_id and settings.channel_id not in {resource(row.get("id"), "cha") for row in working}:
            return Finding("names", False, f"channel {settings.channel_id} is hidden or does not work", CHANNEL)
        return Finding("names", True, f"may read {len(inboxes)} inboxes, and channels, teammates and tags")

    return await tried("names", look, NAMES)


async def _first_page(http: HttpClient, path: str) -> list[dict[str, Any]]:
    async for page in pages(http, path):
        return page
    return []


def _webhook(settings: Settings) -> Finding:
    """No API tells about an application's webhooks, so only our own side can be looked at."""
    if not (settings.webhook_secrets or settings.rule_secrets):
        return Finding(
            "webhook",
            False,
            "the account has no webhook_secret, so every delivery is refused",
            f"Set the secret webhook_secret: the {SECRET_ROLES['webhook_secret']}.",
        )
    where = f"{settings.public_url or 'https://...'}{webhook_path(settings.name)}"
    return Finding(
        "webhook",
        True,
        f"a secret is set; whether the app points at {where} only Front knows: saving its webhook there sends a "
        "challenge, which the gateway answers",
    )
