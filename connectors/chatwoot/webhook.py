"""Is there a webhook that points at us, sends what we need, and signs with the secret that we know?"""

import hmac
from typing import Any

from connectors.chatwoot.paths import account_path
from connectors.chatwoot.settings import Settings
from connectors.checking import points_at_us, webhook_path
from connectors.contract import Finding
from connectors.errors import AuthFailed, ConnectorError
from connectors.http import HttpClient
from connectors.values import listed, mapping, several, text

NEEDED = {"conversation_created", "message_created", "conversation_status_changed"}
WHERE = "Settings > Integrations > Webhooks"
CANNOT_LOOK = (
    f"Look at {WHERE} yourself and then set options.check_webhook: false, or make the integration user an "
    "administrator for the time of this check."
)


async def webhook(http: HttpClient, settings: Settings) -> Finding:
    """One finding: the first thing that is wrong, or that all is in order."""
    path = webhook_path(settings.name)
    try:
        answer = await http.get(f"{account_path(settings.account_id)}/webhooks")
    except AuthFailed as error:
        return _wrong(f"webhooks are hidden from the integration user ({error})", CANNOT_LOOK)
    except ConnectorError as error:
        return _wrong(str(error), "Run the check again, and look at Chatwoot's server if it stays.")
    try:
        hooks = listed(_list_in(answer), "webhooks")
    except ConnectorError as error:
        return _wrong(str(error), CANNOT_LOOK)
    ours = [hook for hook in hooks if points_at_us(text(hook.get("url")) or "", settings.name, settings.public_url)]
    if not ours:
        return _wrong(f"no webhook ends in {path}", f"Create one as the README says, in {WHERE}.")
    subscribed = {one for hook in ours for one in several(hook.get("subscriptions")) if isinstance(one, str)}
    if missing := sorted(NEEDED - subscribed):
        return _wrong(f"the webhook does not send {', '.join(missing)}", f"Tick these in {WHERE}.")
    return _secret(ours[0], settings)


def _list_in(answer: Any) -> Any:
    """The published description shows a bare list; the server wraps it twice."""
    return answer if isinstance(answer, list) else mapping(mapping(answer).get("payload")).get("webhooks")


def _secret(hook: dict[str, Any], settings: Settings) -> Finding:
    """Whether deliveries will be believed: Chatwoot tells an administrator the secret that it signs with."""
    path = webhook_path(settings.name)
    theirs = text(hook.get("secret"))
    if theirs is None:
        return _wrong(
            "the webhook has no secret, so its deliveries are unsigned and every one is refused",
            "Chatwoot signs since 4.12: upgrade it. If it is newer, delete the webhook and create it again.",
        )
    if not any(hmac.compare_digest(theirs.encode(), ours.encode()) for ours in settings.webhook_secrets):
        return _wrong(
            "the webhook signs with another secret than webhook_secret, so every delivery is refused"
            if settings.webhook_secrets
            else "the account has no webhook_secret, so every delivery is refused",
            f"Copy the webhook's secret from {WHERE} and set it as the secret webhook_secret.",
        )
    where = "" if settings.public_url else "; set options.public_url to have the whole address compared"
    return Finding("webhook", True, f"points at {path} and signs with our secret{where}")


def _wrong(detail: str, remedy: str) -> Finding:
    return Finding("webhook", False, detail, remedy)
