"""What `countersign.yaml` says of an RT account, checked once and before any call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Account, Priority, Status
from connectors.errors import Misconfigured, SignatureInvalid
from connectors.signatures import live_secrets, sign_standard_webhooks

SECRET_ROLES = {
    "api_token": "auth token of the integration user: Logged in as > Settings > Auth Tokens, or its user page",
    "password": "the integration user's password, in place of an auth token",
    "webhook_secret": "$CountersignSecret of RT_SiteConfig.pm (whsec_...), where the scrip is installed; during a "
    "rotation old and new, with a comma",
}
KNOWN = {"user", "queues", "tags_field", "priorities", "statuses", "replies", "routing", "articles", "article_field"}
# RT's own scale names 0 Low, 50 Medium and 100 High, and has no fourth word.
PRIORITIES = {Priority.LOW: 0, Priority.NORMAL: 50, Priority.HIGH: 100, Priority.URGENT: 100}
# The default lifecycle of tickets. It has one word for waiting and one for the end.
STATUSES = {
    Status.NEW: "new",
    Status.OPEN: "open",
    Status.PENDING: "stalled",
    Status.HOLD: "stalled",
    Status.SOLVED: "resolved",
    Status.CLOSED: "resolved",
}
SHORTEST_SECRET = 32  # characters of base64, which are 24 bytes


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. `articles`: class name -> may everybody read it?"""

    name: str
    user: str
    queues: tuple[str, ...]
    api_token: str | None = field(repr=False)
    auth: tuple[str, str] | None = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    tags_field: str | None
    priorities: Mapping[Priority, int]
    statuses: Mapping[Status, str]
    replies: bool
    routing: bool
    articles: Mapping[str, bool]
    article_field: str


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    user = _text(options, "user")
    if user is None or user.isdigit():
        raise Misconfigured("options.user must be the login name of the integration user in RT")
    api_token, password = _secret(account, "api_token"), _secret(account, "password")
    if not api_token and not password:
        raise Misconfigured("give the secret api_token, or password")
    return Settings(
        name=account.name,
        user=user,
        queues=_queues(options),
        api_token=api_token,
        auth=None if api_token else (user, password or ""),
        webhook_secrets=_webhook_secrets(account),
        tags_field=_text(options, "tags_field"),
        priorities=_table(options, "priorities", Priority, PRIORITIES, int),
        statuses=_table(options, "statuses", Status, STATUSES, str),
        replies=_switch(options, "replies"),
        routing=_switch(options, "routing"),
        articles=_articles(options),
        article_field=_text(options, "article_field") or "Content",
    )


def _secret(account: Account, role: str) -> str | None:
    return account.secrets.get(role, "").strip() or None


def _webhook_secrets(account: Account) -> tuple[str, ...]:
    """None: only polling. Two are live during a rotation, with a comma between them."""
    found = live_secrets(account)
    for secret in found:
        try:
            sign_standard_webhooks(secret, "rt-transaction-0", 0, b"")
        except SignatureInvalid as error:
            raise Misconfigured(f"{error}; expected whsec_ and base64") from None
        if len(secret.removeprefix("whsec_").rstrip("=")) < SHORTEST_SECRET:
            raise Misconfigured("webhook_secret is too short; expected 24 bytes or more, in base64")
    return found


def _text(options: Mapping[str, Any], option: str) -> str | None:
    value = options.get(option)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or "/" in value:
        raise Misconfigured(f"options.{option} must be a name")
    return value.strip()


def _switch(options: Mapping[str, Any], option: str) -> bool:
    value = options.get(option, True)
    if not isinstance(value, bool):
        raise Misconfigured(f"options.{option} must be true or false")
    return value


def _queues(options: Mapping[str, Any]) -> tuple[str, ...]:
    found = options.get("queues")
    if not isinstance(found, list | tuple) or not found or not all(isinstance(one, str) and one for one in found):
        raise Misconfigured("options.queues must list the queues to look after, such as [Support, Returns]")
    return tuple(found)


def _table(options: Mapping[str, Any], option: str, words: Any, usual: Mapping[Any, Any], kind: type) -> Any:
    """The usual table with the account's own lines in it."""
    given = options.get(option) or {}
    if not isinstance(given, Mapping) or not all(
        word in set(words) and isinstance(value, kind) and not isinstance(value, bool) for word, value in given.items()
    ):
        raise Misconfigured(f"options.{option} must map {', '.join(words)} to RT's own values")
    return {**usual, **{words(word): value for word, value in given.items()}}


def _articles(options: Mapping[str, Any]) -> Mapping[str, bool]:
    given = options.get("articles") or {}
    if not isinstance(given, Mapping) or not all(
        isinstance(name, str) and "/" not in name and value in ("public", "internal") for name, value in given.items()
    ):
        raise Misconfigured("options.articles must map names of article classes to public or internal")
    return {name: value == "public" for name, value in given.items()}
