"""What `check` says about an account, line by line, with what to do."""

from collections.abc import Mapping
from typing import Any

from connectors.contract import Finding
from connectors.errors import AuthFailed, ConnectorError, Unavailable

RIGHTS: Mapping[str, str] = {
    "tickets:read": "reading tickets and their threads",
    "notes:write": "writing drafts as internal notes",
    "replies:write": "sending a reply that was approved",
    "tickets:change": "escalating: tags, priority, team, assignee, status",
    "articles:read": "reading the help centre",
}


def findings_of(told: Any) -> list[Finding]:
    """Findings from the desk's answer to `/api/me`. Raises `Unavailable` for an answer of another shape."""
    try:
        user, rights, webhook = told["user"], set(told["rights"]), told["webhook"]
        role, brand = user["type"], told["brand"]
    except (KeyError, TypeError):
        raise Unavailable("the desk's answer to /api/me cannot be read") from None
    return [
        _token(role, brand),
        *(_right(right, purpose, granted=right in rights) for right, purpose in RIGHTS.items()),
        _webhook(webhook),
    ]


def unreachable(error: ConnectorError) -> Finding:
    """The desk did not tell anything, and why."""
    if isinstance(error, AuthFailed):
        return Finding("token", False, str(error), "give the account the token that the desk prints at its start")
    if isinstance(error, Unavailable):
        return Finding("connection", False, str(error), "start the desk, or correct base_url to where it listens")
    return Finding("connection", False, str(error), "correct base_url: it must be the address of a sandbox desk")


def _token(role: Any, brand: Any) -> Finding:
    if role == "integration":
        return Finding("token", True, f"the integration user of brand {brand}")
    return Finding(
        "token",
        False,
        "this is the agents' token, so our own notes would look like a person's",
        "use the brand's --bot-token as the secret api_token",
    )


def _right(right: str, purpose: str, *, granted: bool) -> Finding:
    if granted:
        return Finding(right, True, purpose)
    return Finding(right, False, f"missing, needed for {purpose}", f"tick {right} on the desk's page Switches")


def _webhook(webhook: Any) -> Finding:
    if isinstance(webhook, dict) and webhook.get("url"):
        return Finding("webhook", True, f"events go to {webhook['url']}, signed")
    return Finding(
        "webhook",
        False,
        "the brand sends no events",
        "start the desk with --webhook-url .../webhooks/<account> and --webhook-secret",
    )
