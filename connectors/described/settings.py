"""What `countersign.yaml` says of an account, together with the description that it names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.contract import Account
from connectors.described.authentic import check_secret
from connectors.described.calls import options_of
from connectors.described.description import Description
from connectors.described.load import load
from connectors.errors import Misconfigured
from connectors.signatures import live_secrets

SECRET_ROLES = {
    "webhook_secret": "the secret that guards deliveries, as `deliveries.authentic` of the description says; during a "
    "rotation old and new, with a comma",
}
KNOWN = {"description", "public_url", "integration_user_id", "native_drafts", "values"}


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. `values` are what `${option.x}` stands for in the description."""

    name: str
    base_url: str
    description: Description
    webhook_secrets: tuple[str, ...] = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    allow_private_network: bool
    public_url: str | None
    integration_user_id: str | None
    native_drafts: bool
    values: Mapping[str, str]


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do, and with every mistake of the description."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    description = described_by(options)
    me = options.get("integration_user_id")
    return Settings(
        name=account.name,
        base_url=account.base_url.rstrip("/"),
        description=description,
        webhook_secrets=_webhook_secrets(account, description),
        secrets=_secrets(account, description),
        allow_private_network=account.allow_private_network,
        public_url=str(options["public_url"]).rstrip("/") if options.get("public_url") else None,
        integration_user_id=None if me is None else str(me),
        native_drafts=options.get("native_drafts") is not False,
        values=_values(account, description),
    )


def described_by(options: Mapping[str, Any]) -> Description:
    """The description that an account's options name."""
    named = options.get("description")
    if not isinstance(named, str) or not named:
        raise Misconfigured("options.description is missing: the path of the file that describes the help desk")
    return load(Path(named))


def _webhook_secrets(account: Account, description: Description) -> tuple[str, ...]:
    found = live_secrets(account)
    if not found:
        raise Misconfigured(f"the secret webhook_secret is missing: {SECRET_ROLES['webhook_secret']}")
    for secret in found:
        try:
            check_secret(description.deliveries.authentic, secret)
        except ValueError as error:
            raise Misconfigured(str(error)) from None
    return found


def _secrets(account: Account, description: Description) -> dict[str, str]:
    found = {role: account.secrets.get(role, "").strip() for role in description.secrets}
    if missing := [f"{role} ({description.secrets[role]})" for role, value in found.items() if not value]:
        raise Misconfigured(f"secrets are missing: {'; '.join(missing)}")
    return found


def _values(account: Account, description: Description) -> dict[str, str]:
    found = account.options.get("values") or {}
    if not isinstance(found, Mapping) or any(isinstance(value, Mapping | list) for value in found.values()):
        raise Misconfigured("options.values is a map of names and texts, for ${option.NAME} in the description")
    if missing := sorted(options_of(description) - set(found)):
        raise Misconfigured(f"options.values lacks {', '.join(missing)}, which the description names")
    return {str(key): str(value) for key, value in found.items()}
