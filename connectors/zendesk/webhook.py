"""Is there a webhook that points at us, sends what we need, and signs with the secret that we know?"""

import hmac
from typing import Any

from connectors.checking import points_at_us, webhook_path
from connectors.contract import Finding
from connectors.errors import AuthFailed, ConnectorError
from connectors.http import HttpClient
from connectors.values import document, mapping, objects, several, text
from connectors.zendesk.pages import pages
from connectors.zendesk.receive import TICKET_EVENT
from connectors.zendesk.settings import Settings
from connectors.zendesk.values import identifier

NEEDED = {f"{TICKET_EVENT}{name}" for name in ("created", "comment_added", "status_changed")}
TRIGGERED = "conditional_ticket_events"
WHERE = "Admin Center > Apps and integrations > Webhooks"
CANNOT_LOOK = (
    f"Look at {WHERE} yourself and then set options.check_webhook: false, or give the integration user's role the "
    "right to manage webhooks for the time of this check."
)


async def webhook(http: HttpClient, settings: Settings) -> Finding:
    """One finding: the first thing that is wrong, or that all is in order."""
    path = webhook_path(settings.name)
    try:
        ours = [
            hook
            async for page in pages(http, "/api/v2/webhooks", "webhooks")
            for hook in objects(page["webhooks"])
            if points_at_us(text(hook.get("endpoint")) or "", settings.name, settings.public_url)
        ]
        if not ours:
            return _wrong(f"no webhook ends in {path}", f"Create one as the README says, in {WHERE}.")
        active = [hook for hook in ours if hook.get("status") == "active"]
        if not active:
            return _wrong("the webhook is not active", f"Activate it in {WHERE}.")
        return _shape(active[0]) or await _secret(http, active[0], settings)
    except AuthFailed as error:
        return _wrong(f"webhooks are hidden from the integration user ({error})", CANNOT_LOOK)
    except ConnectorError as error:
        return _wrong(str(error), "Run the check again, and look at status.zendesk.com if it stays.")


def _shape(hook: dict[str, Any]) -> Finding | None:
    if str(hook.get("http_method")).upper() != "POST" or str(hook.get("request_format")).lower() != "json":
        return _wrong("the webhook does not send JSON by POST", f"Set method POST and format JSON in {WHERE}.")
    subscriptions = {one for one in several(hook.get("subscriptions")) if isinstance(one, str)}
    missing = sorted(NEEDED - subscriptions)
    if missing and TRIGGERED not in subscriptions:
        return _wrong(f"the webhook does not send {', '.join(missing)}", f"Subscribe it to these in {WHERE}.")
    return None


async def _secret(http: HttpClient, hook: dict[str, Any], settings: Settings) -> Finding:
    """Whether deliveries will be believed: Zendesk tells an admin the secret that it signs with."""
    path = webhook_path(settings.name)
    if not settings.webhook_secrets:
        return _wrong(
            "the account has no webhook_secret, so every delivery is refused",
            f"Reveal the signing secret in {WHERE} and set it as the secret webhook_secret.",
        )
    hook_id = text(hook.get("id")) or identifier(hook.get("id")) or ""
    if not hook_id.isalnum():
        return _wrong("Zendesk gave the webhook no usable id", "Run the check again.")
    answer = document(await http.get(f"/api/v2/webhooks/{hook_id}/signing_secret"))
    theirs = text(mapping(answer.get("signing_secret")).get("secret")) or ""
    if not any(hmac.compare_digest(theirs.encode(), ours.encode()) for ours in settings.webhook_secrets):
        return _wrong(
            "the webhook signs with another secret than webhook_secret, so every delivery is refused",
            f"Reveal the signing secret in {WHERE} and set it as the secret webhook_secret.",
        )
    trigger = "; a trigger must notify it" if TRIGGERED in several(hook.get("subscriptions")) else ""
    where = "" if settings.public_url else "; set options.public_url to have the whole address compared"
    return Finding("webhook", True, f"active, points at {path} and signs with our secret{trigger}{where}")


def _wrong(detail: str, remedy: str) -> Finding:
    return Finding("webhook", False, detail, remedy)
