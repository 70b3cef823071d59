"""Is there a webhook that points at us, is switched on, and sends what we need?"""

from typing import Any

from connectors.checking import points_at_us, webhook_path
from connectors.contract import Finding
from connectors.errors import AuthFailed, ConnectorError, NotFound
from connectors.http import HttpClient
from connectors.jira_service_management.settings import Settings
from connectors.values import listed, several, text

NEEDED = {"jira:issue_created", "jira:issue_updated", "comment_created"}
WHERE = "Settings > System > WebHooks"
CANNOT_LOOK = (
    f"Look at {WHERE} yourself and then set options.check_webhook: false, or make the integration user an "
    "administrator for the time of this check."
)


async def webhook(http: HttpClient, settings: Settings) -> Finding:
    """One finding: the first thing that is wrong, or that all is in order. Jira tells nobody the secret."""
    path = webhook_path(settings.name)
    if not settings.webhook_secrets:
        return _wrong(
            "the account has no webhook_secret, so every delivery is refused",
            f"Give the webhook a secret in {WHERE}, and set the same as the secret webhook_secret.",
        )
    try:
        hooks = listed(await http.get("/rest/webhooks/1.0/webhook"), "webhooks")
    except (AuthFailed, NotFound) as error:
        return _wrong(f"webhooks are hidden from the integration user ({error})", CANNOT_LOOK)
    except ConnectorError as error:
        return _wrong(str(error), f"Run the check again. If it stays: {CANNOT_LOOK}")
    ours = [hook for hook in hooks if points_at_us(text(hook.get("url")) or "", settings.name, settings.public_url)]
    if not ours:
        return _wrong(f"no webhook ends in {path}", f"Create one as the README says, in {WHERE}.")
    active = [hook for hook in ours if hook.get("enabled") is not False]
    if not active:
        return _wrong("the webhook is switched off", f"Enable it in {WHERE}.")
    return _shape(active, settings)


def _shape(hooks: list[dict[str, Any]], settings: Settings) -> Finding:
    told = {one for hook in hooks for one in several(hook.get("events")) if isinstance(one, str)}
    if missing := sorted(NEEDED - told):
        return _wrong(f"the webhook does not send {', '.join(missing)}", f"Tick these in {WHERE}.")
    if any(hook.get("excludeBody") is True for hook in hooks):
        return _wrong("the webhook sends no body", f'Switch "Exclude body" off in {WHERE}.')
    where = "" if settings.public_url else "; set options.public_url to have the whole address compared"
    said = f"switched on and points at {webhook_path(settings.name)}; whether it signs with our secret only Jira knows"
    return Finding("webhook", True, f"{said}{where}")


def _wrong(detail: str, remedy: str) -> Finding:
    return Finding("webhook", False, detail, remedy)
