"""What `countersign.yaml` says of a Help Scout account, checked once and before any call."""

from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Account
from connectors.errors import Misconfigured
from connectors.priority_tags import PriorityTags
from connectors.signatures import live_secrets
from connectors.values import identifier

BASE_URL = "https://api.helpscout.net"
SECRET_ROLES = {
    "webhook_secret": "a long random value of your own, of at most 40 characters, with which the webhook was created",
    "app_id": "App ID of an app of the integration user: Your profile > My apps",
    "app_secret": "App Secret of the same app",
    "docs_api_key": "API key of the help centre, only to read its articles: Your profile > Authentication > API keys",
}
LONGEST_SECRET = 40  # characters; Help Scout takes no more
KNOWN = {"integration_user_id", "inbox_ids", "priority_tags", "public_url", "check_webhook"}


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. No `inbox_ids`: all inboxes. No `docs_api_key`: no articles."""

    name: str
    base_url: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    app_id: str = field(repr=False)
    app_secret: str = field(repr=False)
    docs_api_key: str | None = field(repr=False)
    allow_private_network: bool
    integration_user_id: str | None
    inbox_ids: frozenset[str]
    priority_tags: PriorityTags
    public_url: str | None
    check_webhook: bool


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    app_id, app_secret = _secret(account, "app_id"), _secret(account, "app_secret")
    if not app_id or not app_secret:
        raise Misconfigured(f"give the secrets app_id and app_secret: {SECRET_ROLES['app_id']}")
    return Settings(
        name=account.name,
        base_url=_base_url(account),
        webhook_secrets=_webhook_secrets(account),
        app_id=app_id,
        app_secret=app_secret,
        docs_api_key=_secret(account, "docs_api_key"),
        allow_private_network=account.allow_private_network,
        integration_user_id=_integration_user_id(options.get("integration_user_id")),
        inbox_ids=_inbox_ids(options.get("inbox_ids")),
        priority_tags=PriorityTags(options.get("priority_tags")),
        public_url=str(options["public_url"]).rstrip("/") if options.get("public_url") else None,
        check_webhook=options.get("check_webhook") is not False,
    )


def _base_url(account: Account) -> str:
    """All accounts of Help Scout have one address; a stand-in needs its own permission."""
    given = account.base_url.rstrip("/")
    if given != BASE_URL and not account.allow_private_network:
        raise Misconfigured(f"base_url must be {BASE_URL}")
    return given


def _webhook_secrets(account: Account) -> tuple[str, ...]:
    """Two secrets are live during a rotation, with a comma between them."""
    found = live_secrets(account)
    if any(len(secret) > LONGEST_SECRET for secret in found):
        raise Misconfigured(f"webhook_secret is longer than the {LONGEST_SECRET} characters that Help Scout takes")
    return found


def _secret(account: Account, role: str) -> str | None:
    return account.secrets.get(role, "").strip() or None


def _integration_user_id(value: Any) -> str | None:
    found = identifier(value)
    if value is not None and found is None:
        raise Misconfigured("options.integration_user_id must be a number")
    return found


def _inbox_ids(value: Any) -> frozenset[str]:
    found = [identifier(one) for one in value] if isinstance(value, list | tuple) else [None] if value else []
    if None in found:
        raise Misconfigured("options.inbox_ids must be a list of numbers such as [85, 91]")
    return frozenset(one for one in found if one)
