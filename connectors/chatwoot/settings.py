"""What `countersign.yaml` says of a Chatwoot account, checked once and before any call."""

import re
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Account
from connectors.errors import Misconfigured
from connectors.signatures import live_secrets
from connectors.values import identifier

SECRET_ROLES = {
    "webhook_secret": "secret of the webhook, which Chatwoot makes: Settings > Integrations > Webhooks, or "
    "GET /api/v1/accounts/<id>/webhooks as an administrator",
    "api_token": "access token of the integration user: that user's Profile settings > Access token",
}
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", re.ASCII)
KNOWN = {"account_id", "inbox_ids", "integration_user_id", "public_url", "check_webhook", "portals"}


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. No `inbox_ids`: all inboxes. No `portals`: all that the user sees."""

    name: str
    base_url: str
    account_id: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    api_token: str = field(repr=False)
    allow_private_network: bool
    inbox_ids: frozenset[str]
    integration_user_id: str | None
    public_url: str | None
    check_webhook: bool
    portals: tuple[str, ...]


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    token = account.secrets.get("api_token", "").strip()
    if not token:
        raise Misconfigured(f"give the secret api_token: {SECRET_ROLES['api_token']}")
    account_id = _identifier(account, "account_id")
    if account_id is None:
        raise Misconfigured("options.account_id is missing: the number after /app/accounts/ in Chatwoot's address")
    return Settings(
        name=account.name,
        base_url=account.base_url.rstrip("/"),
        account_id=account_id,
        webhook_secrets=live_secrets(account),
        api_token=token,
        allow_private_network=account.allow_private_network,
        inbox_ids=_inbox_ids(options.get("inbox_ids")),
        integration_user_id=_identifier(account, "integration_user_id"),
        public_url=str(options["public_url"]).rstrip("/") if options.get("public_url") else None,
        check_webhook=options.get("check_webhook") is not False,
        portals=_portals(options.get("portals")),
    )


def _identifier(account: Account, option: str) -> str | None:
    value: Any = account.options.get(option)
    if value is None:
        return None
    found = identifier(value)
    if found is None:
        raise Misconfigured(f"options.{option} must be a number")
    return found


def _inbox_ids(value: Any) -> frozenset[str]:
    found = [identifier(one) for one in value] if isinstance(value, list | tuple) else [None] if value else []
    if None in found:
        raise Misconfigured("options.inbox_ids must be a list of numbers such as [3, 7]")
    return frozenset(one for one in found if one)


def _portals(value: Any) -> tuple[str, ...]:
    found = value or ()
    known = isinstance(found, list | tuple) and all(isinstance(one, str) and SLUG.fullmatch(one) for one in found)
    if not known:
        raise Misconfigured("options.portals must be a list of slugs such as [help, hilfe]")
    return tuple(found)
