"""What `countersign.yaml` says of a Front account, checked once and before any call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Account
from connectors.errors import Misconfigured
from connectors.front.values import resource
from connectors.priority_tags import PriorityTags
from connectors.signatures import live_secrets

SECRET_ROLES = {
    "webhook_secret": "signing key of the app that sends the webhooks: Settings > Company > Developers > the app > "
    "Basic information",
    "api_token": "API token: Settings > Company > Developers > API tokens",
    "rule_secret": "only for webhooks that a rule sends: the company's API secret, Settings > Company > Developers",
}
KNOWN = {"author_id", "company_id", "inbox_ids", "public_url", "channel_id", "knowledge_base_ids", "priority_tags"}


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. No `inbox_ids`: all shared inboxes. No `knowledge_base_ids`: all of them."""

    name: str
    base_url: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    rule_secrets: tuple[str, ...] = field(repr=False)
    api_token: str = field(repr=False)
    allow_private_network: bool
    author_id: str
    company_id: str | None
    inbox_ids: frozenset[str]
    public_url: str | None
    channel_id: str | None
    knowledge_base_ids: frozenset[str]
    priority_tags: PriorityTags


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    token = account.secrets.get("api_token", "").strip()
    if not token:
        raise Misconfigured(f"give the secret api_token: {SECRET_ROLES['api_token']}")
    author = _one(options, "author_id", "tea")
    if author is None:
        raise Misconfigured(
            "options.author_id is missing: the id (tea_...) of the teammate in whose name drafts and notes are written"
        )
    return Settings(
        name=account.name,
        base_url=account.base_url.rstrip("/"),
        webhook_secrets=live_secrets(account),
        rule_secrets=live_secrets(account, "rule_secret"),
        api_token=token,
        allow_private_network=account.allow_private_network,
        author_id=author,
        company_id=_one(options, "company_id", "cmp"),
        inbox_ids=_several(options, "inbox_ids", "inb"),
        public_url=str(options["public_url"]).rstrip("/") if options.get("public_url") else None,
        channel_id=_one(options, "channel_id", "cha"),
        knowledge_base_ids=_several(options, "knowledge_base_ids", "knb"),
        priority_tags=PriorityTags(options.get("priority_tags")),
    )


def _one(options: Mapping[str, Any], option: str, kind: str) -> str | None:
    value = options.get(option)
    if value is None:
        return None
    found = resource(value, kind)
    if found is None:
        raise Misconfigured(f"options.{option} must be an id of Front's that begins with {kind}_")
    return found


def _several(options: Mapping[str, Any], option: str, kind: str) -> frozenset[str]:
    value = options.get(option) or ()
    found = {resource(one, kind) for one in value} if isinstance(value, list | tuple) else {None}
    if None in found:
        raise Misconfigured(f"options.{option} must be a list of ids of Front's that begin with {kind}_")
    return frozenset(one for one in found if one)
