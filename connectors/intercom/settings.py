"""What `countersign.yaml` says of an Intercom workspace, checked once and before any call."""

import re
from dataclasses import dataclass, field

from connectors.contract import Account
from connectors.errors import Misconfigured
from connectors.priority_tags import PriorityTags
from connectors.signatures import live_secrets
from connectors.values import identifier

SECRET_ROLES = {
    "webhook_secret": "client secret of the app, which signs its webhooks: Developer Hub > the app > Basic information",
    "api_token": "access token of the app: Developer Hub > the app > Authentication",
}
# The three regions; credentials go nowhere else.
HOSTS = {"https://api.intercom.io", "https://api.eu.intercom.io", "https://api.au.intercom.io"}
WORKSPACE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
KNOWN = {"integration_user_id", "workspace_id", "public_url", "priority_attribute", "priority_tags"}


@dataclass(frozen=True, slots=True)
class Settings:
    """A workspace that can be called. `priority_attribute`: the conversation attribute that keeps our priorities, which
    tags keep where there is none."""

    name: str
    base_url: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    api_token: str = field(repr=False)
    allow_private_network: bool
    integration_user_id: str | None
    workspace_id: str | None
    public_url: str | None
    priority_attribute: str | None
    priority_tags: PriorityTags


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
        base_url=_base_url(account),
        webhook_secrets=live_secrets(account),
        api_token=token,
        allow_private_network=account.allow_private_network,
        integration_user_id=_teammate(account),
        workspace_id=_workspace(account),
        public_url=str(options["public_url"]).rstrip("/") if options.get("public_url") else None,
        priority_attribute=_attribute(account),
        priority_tags=PriorityTags(options.get("priority_tags")),
    )


def _base_url(account: Account) -> str:
    """A stand-in needs its own permission."""
    found = account.base_url.rstrip("/")
    if found not in HOSTS and not account.allow_private_network:
        raise Misconfigured(f"base_url must be one of {', '.join(sorted(HOSTS))}, by the region of the workspace")
    return found


def _teammate(account: Account) -> str | None:
    value = account.options.get("integration_user_id")
    found = identifier(value)
    if value is not None and found is None:
        raise Misconfigured("options.integration_user_id must be a number")
    return found


def _workspace(account: Account) -> str | None:
    value = account.options.get("workspace_id")
    if value is None:
        return None
    if not isinstance(value, str) or not WORKSPACE.fullmatch(value):
        raise Misconfigured("options.workspace_id must be the workspace's id such as a86dr8yl, in quotes")
    return value


def _attribute(account: Account) -> str | None:
    value = account.options.get("priority_attribute")
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise Misconfigured("options.priority_attribute must be the name of a conversation attribute")
    return value.strip()
