"""What `countersign.yaml` says of a Salesforce org, checked once and before any call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from connectors.contract import Account, Priority, Status
from connectors.errors import Misconfigured, SignatureInvalid
from connectors.salesforce.values import USER, record_id
from connectors.signatures import live_secrets, sign_standard_webhooks

SECRET_ROLES = {
    "client_id": "consumer key of the external client app: Setup > External Client App Manager > the app > Settings",
    "client_secret": "consumer secret of the same app",
    "webhook_secret": "Secret__c of the custom setting Countersign (whsec_...), where the callout is installed; during "
    "a rotation old and new, with a comma",
}
# Sandboxes and scratch orgs have one more part: acme--test.sandbox.my.salesforce.com.
MY_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,80}[a-z0-9])?(?:\.[a-z0-9]{2,20})?\.my\.salesforce\.com", re.ASCII)
CUSTOM_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}__c", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Z]{2})?", re.ASCII)
KNOWN = {
    *("email_drafts", "mark_field", "from_address", "replies", "routing", "tags_field", "priorities", "statuses"),
    *("integration_user_id", "public_url", "check_webhook", "article_fields", "article_languages", "article_url"),
}
PRIORITIES = {Priority.LOW: "Low", Priority.NORMAL: "Medium", Priority.HIGH: "High", Priority.URGENT: "High"}
# What a new org has; a status that waits is for each org to name.
STATUSES = {Status.NEW: "New", Status.OPEN: "Working", Status.SOLVED: "Closed", Status.CLOSED: "Closed"}


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called."""

    name: str
    base_url: str
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    allow_private_network: bool
    email_drafts: bool
    mark_field: str | None
    from_address: str | None
    replies: bool
    routing: bool
    tags_field: str | None
    priorities: Mapping[Priority, str]
    statuses: Mapping[Status, str]
    integration_user_id: str | None
    public_url: str | None
    check_webhook: bool
    article_fields: tuple[str, ...]
    article_languages: tuple[str, ...]
    article_url: str | None


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    email_drafts, mark_field = _switch(options, "email_drafts", usual=False), _custom_field(options, "mark_field")
    from_address = _text(options, "from_address")
    if email_drafts and not mark_field:
        raise Misconfigured("options.email_drafts needs options.mark_field, in which a draft is found again")
    if from_address and "@" not in from_address:
        raise Misconfigured("options.from_address must be an organization-wide e-mail address")
    return Settings(
        name=account.name,
        base_url=_base_url(account),
        client_id=_secret(account, "client_id"),
        client_secret=_secret(account, "client_secret"),
        webhook_secrets=_webhook_secrets(account),
        allow_private_network=account.allow_private_network,
        email_drafts=email_drafts,
        mark_field=mark_field,
        from_address=from_address,
        replies=from_address is not None and _switch(options, "replies", usual=True),
        routing=_switch(options, "routing", usual=True),
        tags_field=_custom_field(options, "tags_field"),
        priorities=_table(options, "priorities", Priority, PRIORITIES),
        statuses=_table(options, "statuses", Status, STATUSES),
        integration_user_id=_user(options),
        public_url=(_text(options, "public_url") or "").rstrip("/") or None,
        check_webhook=_switch(options, "check_webhook", usual=True),
        article_fields=_list(options, "article_fields", CUSTOM_FIELD, ()),
        article_languages=_list(options, "article_languages", LANGUAGE, ("en_US",)),
        article_url=(_text(options, "article_url") or "").rstrip("/") or None,
    )


def _base_url(account: Account) -> str:
    """Only an org's own address, so that credentials can go nowhere else; a stand-in needs its own permission."""
    try:
        parts = urlsplit(account.base_url)
    except ValueError:
        parts = urlsplit("")
    if not account.allow_private_network and not (
        parts.scheme == "https" and MY_DOMAIN.fullmatch(parts.netloc) and parts.path in ("", "/") and not parts.query
    ):
        raise Misconfigured("base_url must be the org's My Domain, such as https://yourcompany.my.salesforce.com")
    return f"{parts.scheme}://{parts.netloc}"


def _secret(account: Account, role: str) -> str:
    found = account.secrets.get(role, "").strip()
    if not found:
        raise Misconfigured("give the secrets client_id and client_secret of an external client app")
    return found


def _webhook_secrets(account: Account) -> tuple[str, ...]:
    """None: only polling. Two are live during a rotation, with a comma between them."""
    found = live_secrets(account)
    for secret in found:
        try:
            sign_standard_webhooks(secret, "sf-0", 0, b"")
        except SignatureInvalid as error:
            raise Misconfigured(f"{error}; expected whsec_ and base64") from None
    return found


def _text(options: Mapping[str, Any], option: str) -> str | None:
    value = options.get(option)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise Misconfigured(f"options.{option} must be a text")
    return value.strip()


def _custom_field(options: Mapping[str, Any], option: str) -> str | None:
    value = _text(options, option)
    if value is not None and not CUSTOM_FIELD.fullmatch(value):
        raise Misconfigured(f"options.{option} must be the API name of a custom field, such as Countersign__c")
    return value


def _switch(options: Mapping[str, Any], option: str, *, usual: bool) -> bool:
    value = options.get(option, usual)
    if not isinstance(value, bool):
        raise Misconfigured(f"options.{option} must be true or false")
    return value


def _table(options: Mapping[str, Any], option: str, words: Any, usual: Mapping[Any, str]) -> Any:
    """The usual table with the account's own lines in it."""
    given = options.get(option) or {}
    if not isinstance(given, Mapping) or not all(
        word in set(words) and isinstance(value, str) and value for word, value in given.items()
    ):
        raise Misconfigured(f"options.{option} must map {', '.join(words)} to this org's own values")
    return {**usual, **{words(word): value for word, value in given.items()}}


def _user(options: Mapping[str, Any]) -> str | None:
    value = options.get("integration_user_id")
    found = record_id(value, USER)
    if value is not None and found is None:
        raise Misconfigured("options.integration_user_id must be the id of a user (005...)")
    return found


def _list(options: Mapping[str, Any], option: str, form: re.Pattern[str], usual: tuple[str, ...]) -> tuple[str, ...]:
    found = options.get(option) or usual
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) and form.fullmatch(one) for one in found):
        raise Misconfigured(f"options.{option} must be a list such as [{'Answer__c' if not usual else usual[0]}]")
    return tuple(found)
