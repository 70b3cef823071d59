"""Is there a webhook that points at us, sends what we need, and signs with the secret that we know?"""

import hmac
from typing import Any

from connectors.checking import points_at_us, webhook_path
from connectors.contract import Finding
from connectors.errors import AuthFailed, ConnectorError
from connectors.help_scout.pages import pages
from connectors.help_scout.paths import API
from connectors.help_scout.settings import Settings
from connectors.session import Session
from connectors.values import identifier, several, text

NEEDED = {"convo.created", "convo.customer.reply.created", "convo.agent.reply.created"}
RECIPE = "Create one by API as the README says, or in Manage > Apps > Webhooks."
CANNOT_LOOK = (
    "Look at Manage > Apps > Webhooks yourself and then set options.check_webhook: false, or make the integration user "
    "an administrator for the time of this check."
)


async def webhook(session: Session, settings: Settings) -> Finding:
    """One finding: the first thing that is wrong, or that all is in order as far as it can be seen."""
    path = webhook_path(settings.name)
    try:
        hooks = [hook async for page in pages(session, f"{API}/webhooks", "webhooks") for hook in page]
    except AuthFailed as error:
        return _wrong(f"webhooks are hidden from the integration user ({error})", CANNOT_LOOK)
    except ConnectorError as error:
        return _wrong(str(error), "Run the check again, and look at status.helpscout.com if it stays.")
    ours = [hook for hook in hooks if points_at_us(text(hook.get("url")) or "", settings.name, settings.public_url)]
    if not ours:
        return _wrong(f"no webhook ends in {path}", RECIPE)
    return _shape(ours[0], settings) or _secret(ours[0], settings)


def _shape(hook: dict[str, Any], settings: Settings) -> Finding | None:
    if hook.get("state", "enabled") != "enabled":
        return _wrong(
            "the webhook is disabled", "Enable it; Help Scout may disable one whose deliveries fail for long."
        )
    if hook.get("notification") is True or hook.get("payloadVersion", "V2") != "V2":
        return _wrong(
            "the webhook does not send whole conversations", "Update it with notification false and payloadVersion V2."
        )
    sent = {one for one in several(hook.get("events")) if isinstance(one, str)}
    if missing := sorted(NEEDED - sent):
        return _wrong(f"the webhook does not send {', '.join(missing)}", "Add these events to it.")
    told = {one for item in several(hook.get("mailboxIds")) if (one := identifier(item))}
    if told and (left_out := sorted(settings.inbox_ids - told, key=int)):
        return _wrong(f"the webhook leaves out inboxes {', '.join(left_out)}", "Add these to its mailboxIds.")
    return None


def _secret(hook: dict[str, Any], settings: Settings) -> Finding:
    """Whether deliveries will be believed. Where the secret is not told, the first delivery has to prove it."""
    if not settings.webhook_secrets:
        return _wrong(
            "the account has no webhook_secret, so every delivery is refused",
            "Set the secret with which the webhook was created as webhook_secret.",
        )
    theirs = text(hook.get("secret"))
    if theirs and not any(hmac.compare_digest(theirs.encode(), ours.encode()) for ours in settings.webhook_secrets):
        return _wrong(
            "the webhook signs with another secret than webhook_secret, so every delivery is refused",
            "Update the webhook with the value of webhook_secret, or set webhook_secret to the webhook's.",
        )
    signs = "signs with our secret" if theirs else "its secret shows with the first delivery"
    where = "" if settings.public_url else "; set options.public_url to have the whole address compared"
    return Finding("webhook", True, f"points at {webhook_path(settings.name)}; {signs}{where}")


def _wrong(detail: str, remedy: str) -> Finding:
    return Finding("webhook", False, detail, remedy)
