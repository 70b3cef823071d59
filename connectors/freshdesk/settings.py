"""What `countersign.yaml` says of a Freshdesk account, checked once and before any call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from connectors.contract import Account, Status
from connectors.errors import Misconfigured
from connectors.signatures import live_secrets

SECRET_HEADER = "X-Countersign-Secret"  # noqa: S105
SECRET_ROLES = {
    "webhook_secret": f"a long random value of your own, which the automation rules send in the header {SECRET_HEADER}",
    "api_key": "API key of the integration user: that user's Profile settings > View API key",
}
SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.freshdesk\.com", re.ASCII)
LOCALE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", re.ASCII | re.IGNORECASE)
SHORTEST_SECRET = 16  # characters; nothing else keeps strangers out
STATUSES = {Status.OPEN: 2, Status.PENDING: 3, Status.SOLVED: 4, Status.CLOSED: 5}
FIRST_OWN_STATUS = 6
KNOWN = {"public_url", "from_email", "statuses", "locales"}


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. `statuses`: our words in Freshdesk's numbers. No `locales`: the first language."""

    name: str
    base_url: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    api_key: str = field(repr=False)
    allow_private_network: bool
    public_url: str | None
    from_email: str | None
    statuses: Mapping[Status, int]
    locales: tuple[str, ...]


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    api_key = account.secrets.get("api_key", "").strip()
    if not api_key:
        raise Misconfigured(f"give the secret api_key: {SECRET_ROLES['api_key']}")
    return Settings(
        name=account.name,
        base_url=_base_url(account),
        webhook_secrets=_webhook_secrets(account),
        api_key=api_key,
        allow_private_network=account.allow_private_network,
        public_url=str(options["public_url"]).rstrip("/") if options.get("public_url") else None,
        from_email=_from_email(options.get("from_email")),
        statuses={**STATUSES, **_statuses(options.get("statuses"))},
        locales=_locales(options.get("locales")),
    )


def _base_url(account: Account) -> str:
    """Only a subdomain of Freshdesk's, so that credentials can go nowhere else; a stand-in needs its own permission."""
    try:
        parts = urlsplit(account.base_url)
    except ValueError:
        parts = urlsplit("")
    if not account.allow_private_network and not (
        parts.scheme == "https" and SUBDOMAIN.fullmatch(parts.netloc) and parts.path in ("", "/") and not parts.query
    ):
        raise Misconfigured("base_url must look like https://yourcompany.freshdesk.com, also where you have a domain")
    return f"{parts.scheme}://{parts.netloc}"


def _webhook_secrets(account: Account) -> tuple[str, ...]:
    """Two secrets are live during a rotation, with a comma between them."""
    found = live_secrets(account)
    if any(len(secret) < SHORTEST_SECRET for secret in found):
        raise Misconfigured(f"webhook_secret must have at least {SHORTEST_SECRET} characters; nothing else is checked")
    return found


def _from_email(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and "@" in value):
        raise Misconfigured("options.from_email must be one of the account's support e-mail addresses")
    return value.strip() if value else None


def _statuses(value: Any) -> dict[Status, int]:
    """Statuses of the account's own making, such as {hold: 7}."""
    found = value or {}
    known = isinstance(found, dict) and all(
        word in set(Status) and isinstance(number, int) and not isinstance(number, bool) and number >= FIRST_OWN_STATUS
        for word, number in found.items()
    )
    if not known:
        raise Misconfigured("options.statuses must give a number of 6 or more for new, open, pending, hold or solved")
    return {Status(word): number for word, number in found.items()}


def _locales(value: Any) -> tuple[str, ...]:
    found = value or ()
    known = isinstance(found, list | tuple) and all(isinstance(one, str) and LOCALE.fullmatch(one) for one in found)
    if not known:
        raise Misconfigured("options.locales must be a list such as [en, de]")
    return tuple(found)
