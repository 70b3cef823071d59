"""What `countersign.yaml` says of a HubSpot account, checked once and before any call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Account, Status
from connectors.errors import Misconfigured
from connectors.hubspot.values import actor_id
from connectors.signatures import live_secrets
from connectors.values import identifier

SECRET_ROLES = {
    "webhook_secret": "client secret of the app, which signs its webhooks: Settings > Integrations > Private apps > "
    "the app > Auth",
    "api_token": "access token of the app: Settings > Integrations > Private apps > the app > Auth",
}
HOST = "https://api.hubapi.com"
PROPERTY = re.compile(r"[a-z][a-z0-9_]{0,99}", re.ASCII)
KNOWN = {"app_id", "portal_id", "public_url", "sender_actor_id", "tags_property", "team_property", "stages"}


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. `stages`: ids of the ticket pipeline's stages by our statuses."""

    name: str
    base_url: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    api_token: str = field(repr=False)
    allow_private_network: bool
    app_id: str
    portal_id: str | None
    public_url: str
    sender_actor_id: str | None
    tags_property: str | None
    team_property: str | None
    stages: Mapping[Status, str]


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    token = account.secrets.get("api_token", "").strip()
    if not token:
        raise Misconfigured(f"give the secret api_token: {SECRET_ROLES['api_token']}")
    if account.base_url.rstrip("/") != HOST and not account.allow_private_network:
        raise Misconfigured(f"base_url must be {HOST}, whatever region the account is in")
    app_id = _number(account, "app_id")
    if app_id is None:
        raise Misconfigured("options.app_id is missing: the number of the app, by which its own messages are known")
    return Settings(
        name=account.name,
        base_url=account.base_url.rstrip("/"),
        webhook_secrets=live_secrets(account),
        api_token=token,
        allow_private_network=account.allow_private_network,
        app_id=app_id,
        portal_id=_number(account, "portal_id"),
        public_url=_public_url(options.get("public_url")),
        sender_actor_id=_sender(options.get("sender_actor_id")),
        tags_property=_property(account, "tags_property"),
        team_property=_property(account, "team_property"),
        stages=_stages(options.get("stages")),
    )


def _number(account: Account, option: str) -> str | None:
    value = account.options.get(option)
    found = identifier(value)
    if value is not None and found is None:
        raise Misconfigured(f"options.{option} must be a number")
    return found


def _public_url(value: Any) -> str:
    """HubSpot signs the address that it calls, so this is needed to believe any delivery."""
    if not isinstance(value, str) or not value.startswith("https://") or any(one in value for one in "?#% "):
        raise Misconfigured(
            "options.public_url must be our address as HubSpot calls it, such as https://gateway.example"
        )
    return value.rstrip("/")


def _sender(value: Any) -> str | None:
    found = actor_id(value)
    if value is not None and (found is None or not found.startswith("A-")):
        raise Misconfigured("options.sender_actor_id must be A- and the number of a HubSpot user, such as A-987")
    return found


def _property(account: Account, option: str) -> str | None:
    value = account.options.get(option)
    if value is not None and (not isinstance(value, str) or not PROPERTY.fullmatch(value)):
        raise Misconfigured(f"options.{option} must be the internal name of a ticket property")
    return value


def _stages(value: Any) -> dict[Status, str]:
    known = [str(status) for status in Status]
    found = value or {}
    if not isinstance(found, Mapping) or not all(key in known and identifier(stage) for key, stage in found.items()):
        raise Misconfigured(f"options.stages must give ids of ticket stages to some of {', '.join(known)}")
    return {Status(key): str(identifier(stage)) for key, stage in found.items()}
