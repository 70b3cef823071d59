"""What `countersign.yaml` says of a Zammad account, checked once and before any call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from connectors.contract import Account, Priority, Status
from connectors.errors import Misconfigured
from connectors.signatures import live_secrets
from connectors.values import identifier

SECRET_ROLES = {
    "webhook_secret": "HMAC SHA1 signature token of the webhook: Manage > Webhook",
    "api_token": "access token of the integration user: that user's Profile > Token Access, with ticket.agent",
}
Word = TypeVar("Word", Status, Priority)
KNOWN = {
    "integration_user_id",
    "public_url",
    "check_webhook",
    "shared_drafts",
    "pending_days",
    "states",
    "priorities",
    "knowledge_base_id",
}
# Zammad's names as it is installed; an admin may rename them, and add more.
STATES = {
    Status.NEW: "new",
    Status.OPEN: "open",
    Status.PENDING: "pending reminder",
    Status.SOLVED: "closed",
}
PRIORITIES = {
    Priority.LOW: "1 low",
    Priority.NORMAL: "2 normal",
    Priority.HIGH: "3 high",
    Priority.URGENT: "3 high",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. `pending_for`: how long a ticket that is put off waits for its reminder."""

    name: str
    base_url: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    api_token: str = field(repr=False)
    allow_private_network: bool
    integration_user_id: str | None
    public_url: str | None
    check_webhook: bool
    shared_drafts: bool
    pending_for: timedelta
    states: Mapping[Status, str]
    priorities: Mapping[Priority, str]
    knowledge_base_id: str | None


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    token = account.secrets.get("api_token", "").strip()
    if not token:
        raise Misconfigured(f"give the secret api_token: {SECRET_ROLES['api_token']}")
    return Settings(
        name=account.name,
        base_url=account.base_url.rstrip("/"),
        webhook_secrets=live_secrets(account),
        api_token=token,
        allow_private_network=account.allow_private_network,
        integration_user_id=_identifier(account, "integration_user_id"),
        public_url=str(options["public_url"]).rstrip("/") if options.get("public_url") else None,
        check_webhook=options.get("check_webhook") is not False,
        shared_drafts=options.get("shared_drafts") is True,
        pending_for=_days(options.get("pending_days", 3)),
        states={**STATES, **_names(options.get("states"), Status, "states")},
        priorities={**PRIORITIES, **_names(options.get("priorities"), Priority, "priorities")},
        knowledge_base_id=_identifier(account, "knowledge_base_id"),
    )


def _identifier(account: Account, option: str) -> str | None:
    value: Any = account.options.get(option)
    if value is None:
        return None
    found = identifier(value)
    if found is None:
        raise Misconfigured(f"options.{option} must be a number")
    return found


def _days(value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 365:
        raise Misconfigured("options.pending_days must be a number of days, more than 0 and at most 365")
    return timedelta(days=value)


def _names(value: Any, words: type[Word], option: str) -> dict[Word, str]:
    """Zammad's names for our words."""
    known = [str(word) for word in words]
    found = value or {}
    if not isinstance(found, Mapping) or not all(
        key in known and isinstance(name, str) and name.strip() for key, name in found.items()
    ):
        raise Misconfigured(f"options.{option} must give names of Zammad's to some of {', '.join(known)}")
    return {words(key): name.strip() for key, name in found.items()}
