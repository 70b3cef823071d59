"""What `countersign.yaml` says of a Zendesk account, checked once and before any call."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import RSAKey

from connectors.contract import Account
from connectors.errors import Misconfigured
from connectors.signatures import live_secrets
from connectors.zendesk.values import identifier

SECRET_ROLES = {
    "webhook_secret": "signing secret of the webhook: Admin Center > Apps and integrations > Webhooks > Reveal secret",
    "api_token": "API token of the integration user, together with options.email: Admin Center > Apps and "
    "integrations > APIs > Zendesk API",
    "oauth_token": "OAuth access token with the scopes read and write, in place of an API token",
    "app_public_key": "public key of the sidebar app, to know who looks: GET /api/v2/apps/<app id>/public_key.pem",
}
SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.zendesk\.com", re.ASCII)
LOCALE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", re.ASCII | re.IGNORECASE)
# Zendesk signs the test of a webhook that is not saved yet with this published value: anybody can.
TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105
KNOWN = {
    *("email", "account_id", "integration_user_id", "public_url", "check_webhook", "locales"),
    "app_installation_id",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. `account_id` and `integration_user_id` are known only where the file tells."""

    name: str
    base_url: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    auth: tuple[str, str] | None = field(repr=False)
    oauth_token: str | None = field(repr=False)
    allow_private_network: bool
    account_id: str | None
    integration_user_id: str | None
    public_url: str | None
    check_webhook: bool
    locales: tuple[str, ...]
    app_key: RSAKey | None = field(repr=False)
    app_installation_id: str | None


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    oauth_token = _secret(account, "oauth_token")
    return Settings(
        name=account.name,
        base_url=_base_url(account),
        webhook_secrets=_webhook_secrets(account),
        auth=None if oauth_token else _api_token(account),
        oauth_token=oauth_token,
        allow_private_network=account.allow_private_network,
        account_id=_identifier(account, "account_id"),
        integration_user_id=_identifier(account, "integration_user_id"),
        public_url=str(options["public_url"]).rstrip("/") if options.get("public_url") else None,
        check_webhook=options.get("check_webhook") is not False,
        locales=_locales(account),
        app_key=_app_key(account),
        app_installation_id=_identifier(account, "app_installation_id"),
    )


def _base_url(account: Account) -> str:
    """Only a subdomain of Zendesk's, so that credentials can go nowhere else; a stand-in needs its own permission."""
    try:
        parts = urlsplit(account.base_url)
    except ValueError:
        parts = urlsplit("")
    if not account.allow_private_network and not (
        parts.scheme == "https" and SUBDOMAIN.fullmatch(parts.netloc) and parts.path in ("", "/") and not parts.query
    ):
        raise Misconfigured("base_url must look like https://yourcompany.zendesk.com")
    return f"{parts.scheme}://{parts.netloc}"


def _api_token(account: Account) -> tuple[str, str]:
    email, token = account.options.get("email"), _secret(account, "api_token")
    if not token:
        raise Misconfigured("give the secret api_token (with options.email) or oauth_token")
    if not isinstance(email, str) or "@" not in email:
        raise Misconfigured("options.email must be the integration user's e-mail address")
    return f"{email.strip()}/token", token


def _webhook_secrets(account: Account) -> tuple[str, ...]:
    """Two secrets are live during a rotation, with a comma between them."""
    found = live_secrets(account)
    if TEST_SECRET in found:
        raise Misconfigured(
            "webhook_secret is Zendesk's public test value, which anybody can sign with; "
            "save the webhook and use its own secret"
        )
    return found


def _app_key(account: Account) -> RSAKey | None:
    given = _secret(account, "app_public_key")
    if given is None:
        return None
    try:
        key = RSAKey.import_key(given)
    except Exception:  # a library below tells mistakes in many ways
        key = None
    if key is None or key.is_private:
        raise Misconfigured(f"app_public_key must be a public RSA key in PEM form: {SECRET_ROLES['app_public_key']}")
    return key


def _secret(account: Account, role: str) -> str | None:
    return account.secrets.get(role, "").strip() or None


def _identifier(account: Account, option: str) -> str | None:
    value: Any = account.options.get(option)
    if value is None:
        return None
    found = identifier(value)
    if found is None:
        raise Misconfigured(f"options.{option} must be a number")
    return found


def _locales(account: Account) -> tuple[str, ...]:
    found = account.options.get("locales") or ()
    known = isinstance(found, list | tuple) and all(isinstance(one, str) and LOCALE.fullmatch(one) for one in found)
    if not known:
        raise Misconfigured("options.locales must be a list such as [en-us, de]")
    return tuple(found)
