"""What `countersign.yaml` says of a Jira Service Management account, checked once and before any call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from connectors.contract import Account, Priority, Status
from connectors.errors import Misconfigured
from connectors.jira_service_management.values import account_id
from connectors.signatures import live_secrets
from connectors.values import identifier

SECRET_ROLES = {
    "webhook_secret": "secret of the webhook, which an administrator sets: Settings > System > WebHooks",
    "api_token": "API token of the integration user, with options.email: id.atlassian.com > Security > API tokens",
    "oauth_token": "instead of api_token: an OAuth 2.0 access token, with base_url https://api.atlassian.com/ex/jira/...",
}
KNOWN = {
    *("email", "project_keys", "integration_user_id", "public_url", "check_webhook", "statuses", "priorities"),
    *("team_field", "resolution", "knowledge_space_ids", "knowledge_is_public"),
}
PROJECT = re.compile(r"[A-Z][A-Z0-9_]{1,29}", re.ASCII)
TEAM_FIELD = re.compile(r"components|customfield_[0-9]{1,10}", re.ASCII)
Word = TypeVar("Word", Status, Priority)
# Names as Atlassian's own service projects have them; an admin may rename them, and add more.
STATUSES = {
    Status.OPEN: "Waiting for support",
    Status.PENDING: "Waiting for customer",
    Status.HOLD: "Pending",
    Status.SOLVED: "Resolved",
    Status.CLOSED: "Closed",
}
PRIORITIES = {
    Priority.LOW: "Low",
    Priority.NORMAL: "Medium",
    Priority.HIGH: "High",
    Priority.URGENT: "Highest",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. No `project_keys`: every service project that the user sees."""

    name: str
    base_url: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    auth: tuple[str, str] | None = field(repr=False)
    oauth_token: str | None = field(repr=False)
    allow_private_network: bool
    project_keys: frozenset[str]
    integration_user_id: str | None
    public_url: str | None
    check_webhook: bool
    statuses: Mapping[Status, str]
    priorities: Mapping[Priority, str]
    team_field: str | None
    resolution: str | None
    knowledge_space_ids: tuple[str, ...]
    knowledge_is_public: bool


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    oauth_token = account.secrets.get("oauth_token", "").strip() or None
    return Settings(
        name=account.name,
        base_url=account.base_url.rstrip("/"),
        webhook_secrets=live_secrets(account),
        auth=None if oauth_token else _api_token(account),
        oauth_token=oauth_token,
        allow_private_network=account.allow_private_network,
        project_keys=_project_keys(options.get("project_keys")),
        integration_user_id=_user(options.get("integration_user_id")),
        public_url=str(options["public_url"]).rstrip("/") if options.get("public_url") else None,
        check_webhook=options.get("check_webhook") is not False,
        statuses={**STATUSES, **_names(options.get("statuses"), Status, "statuses")},
        priorities={**PRIORITIES, **_names(options.get("priorities"), Priority, "priorities")},
        team_field=_team_field(options.get("team_field")),
        resolution=_resolution(options.get("resolution")),
        knowledge_space_ids=_spaces(account),
        knowledge_is_public=options.get("knowledge_is_public") is True,
    )


def _api_token(account: Account) -> tuple[str, str]:
    email, token = account.options.get("email"), account.secrets.get("api_token", "").strip()
    if not token:
        raise Misconfigured(f"give the secret api_token ({SECRET_ROLES['api_token']}), or oauth_token")
    if not isinstance(email, str) or "@" not in email:
        raise Misconfigured("options.email must be the integration user's e-mail address")
    return email.strip(), token


def _project_keys(value: Any) -> frozenset[str]:
    found = value or ()
    known = isinstance(found, list | tuple) and all(isinstance(one, str) and PROJECT.fullmatch(one) for one in found)
    if not known:
        raise Misconfigured("options.project_keys must be a list of keys such as [SD, HELP]")
    return frozenset(found)


def _user(value: Any) -> str | None:
    found = account_id(value)
    if value is not None and found is None:
        raise Misconfigured("options.integration_user_id must be an account id of Atlassian's; `check` tells it")
    return found


def _names(value: Any, words: type[Word], option: str) -> dict[Word, str]:
    """Jira's names for our words."""
    known = [str(word) for word in words]
    found = value or {}
    if not isinstance(found, Mapping) or not all(
        key in known and isinstance(name, str) and name.strip() for key, name in found.items()
    ):
        raise Misconfigured(f"options.{option} must give names of Jira's to some of {', '.join(known)}")
    return {words(key): name.strip() for key, name in found.items()}


def _team_field(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and TEAM_FIELD.fullmatch(value)):
        raise Misconfigured("options.team_field must be components, or a field such as customfield_10050")
    return value


def _resolution(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise Misconfigured("options.resolution must be the name of a resolution, such as Done")
    return value


def _spaces(account: Account) -> tuple[str, ...]:
    value = account.options.get("knowledge_space_ids") or ()
    found = [identifier(one) for one in value] if isinstance(value, list | tuple) else [None]
    if None in found:
        raise Misconfigured("options.knowledge_space_ids must be a list of numbers such as [98306]")
    if found and urlsplit(account.base_url).path.strip("/"):
        raise Misconfigured("options.knowledge_space_ids needs the site's own address as base_url")
    return tuple(one for one in found if one)
