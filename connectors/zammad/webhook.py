"""Is there a webhook that points at us and signs with our secret, and a trigger that calls it?"""

import hmac
from typing import Any

from connectors.checking import points_at_us, webhook_path
from connectors.contract import Finding
from connectors.errors import AuthFailed, ConnectorError
from connectors.http import HttpClient
from connectors.values import identifier, listed, mapping, text
from connectors.zammad.settings import Settings

WHERE = "Manage > Webhook"
CANNOT_LOOK = (
    f"Look at {WHERE} and Manage > Trigger yourself and then set options.check_webhook: false, or give the token the "
    "permissions admin.webhook and admin.trigger for the time of this check."
)


async def webhook(http: HttpClient, settings: Settings) -> Finding:
    """One finding: the first thing that is wrong, or that all is in order."""
    path = webhook_path(settings.name)
    try:
        hooks = listed(await http.get("/api/v1/webhooks"), "webhooks")
        triggers = listed(await http.get("/api/v1/triggers"), "triggers")
    except AuthFailed as error:
        return _wrong(f"webhooks are hidden from the integration user ({error})", CANNOT_LOOK)
    except ConnectorError as error:
        return _wrong(str(error), "Run the check again, and look at Zammad's server if it stays.")
    ours = [
        hook for hook in hooks if points_at_us(text(hook.get("endpoint")) or "", settings.name, settings.public_url)
    ]
    if not ours:
        return _wrong(f"no webhook ends in {path}", f"Create one as the README says, in {WHERE}.")
    active = [hook for hook in ours if hook.get("active") is not False]
    if not active:
        return _wrong("the webhook is not active", f"Activate it in {WHERE}.")
    return _shape(active[0], settings) or _triggers(active[0], triggers, settings)


def _shape(hook: dict[str, Any], settings: Settings) -> Finding | None:
    if (text(hook.get("http_method")) or "post").lower() != "post":
        return _wrong("the webhook does not send by POST", f"Set the method POST in {WHERE}.")
    if hook.get("customized_payload") is True:
        return _wrong("the webhook sends a custom payload", f"Switch the custom payload off in {WHERE}.")
    theirs = text(hook.get("signature_token"))
    if theirs is None:
        return _wrong(
            "the webhook has no signature token, so its deliveries are unsigned and every one is refused",
            f"Set an HMAC SHA1 signature token in {WHERE}, and the same as the secret webhook_secret.",
        )
    if not any(hmac.compare_digest(theirs.encode(), ours.encode()) for ours in settings.webhook_secrets):
        return _wrong(
            "the webhook signs with another token than webhook_secret, so every delivery is refused"
            if settings.webhook_secrets
            else "the account has no webhook_secret, so every delivery is refused",
            f"Set the signature token in {WHERE} and the secret webhook_secret to the same value.",
        )
    return None


def _triggers(hook: dict[str, Any], triggers: list[dict[str, Any]], settings: Settings) -> Finding:
    path = webhook_path(settings.name)
    calling = [one for one in triggers if one.get("active") is not False and _calls(one, hook)]
    if not calling:
        return _wrong("no active trigger calls the webhook", "Create the triggers of the README, in Manage > Trigger.")
    where = "" if settings.public_url else "; set options.public_url to have the whole address compared"
    said = f"points at {path}, signs with our secret and is called by {len(calling)} triggers"
    return Finding("webhook", True, f"{said}{where}")


def _calls(trigger: dict[str, Any], hook: dict[str, Any]) -> bool:
    perform = mapping(mapping(trigger.get("perform")).get("notification.webhook"))
    return identifier(perform.get("webhook_id")) == identifier(hook.get("id"))


def _wrong(detail: str, remedy: str) -> Finding:
    return Finding("webhook", False, detail, remedy)
