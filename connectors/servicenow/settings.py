"""What `countersign.yaml` says of a ServiceNow instance, checked once and before any call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Account, Status
from connectors.errors import Misconfigured, SignatureInvalid
from connectors.servicenow.values import sys_id
from connectors.signatures import live_secrets, sign_standard_webhooks

SECRET_ROLES = {
    "password": "the integration user's password (basic authentication)",
    "api_key": "a REST API key of the integration user, in place of a password: System Web Services > API Access "
    "Policies > REST API Key",
    "webhook_secret": "the system property countersign.secret (whsec_...), where the business rule is installed; "
    "during a rotation old and new, with a comma",
}
INCIDENT, CASE = "incident", "sn_customerservice_case"
REQUESTER = {INCIDENT: "caller_id", CASE: "contact"}
# States of the base system. An instance may have others, which options.states names.
STATES: Mapping[str, Mapping[Status, str]] = {
    INCIDENT: {
        Status.NEW: "1",
        Status.OPEN: "2",
        Status.PENDING: "3",
        Status.HOLD: "3",
        Status.SOLVED: "6",
        Status.CLOSED: "7",
    },
    CASE: {
        Status.NEW: "1",
        Status.OPEN: "10",
        Status.PENDING: "18",
        Status.HOLD: "18",
        Status.SOLVED: "6",
        Status.CLOSED: "3",
    },
}
KNOWN = {
    *("user", "table", "tags_field", "states", "state_fields", "replies", "routing", "knowledge_bases"),
    *("public_url", "check_webhook"),
}
COLUMN = re.compile(r"[a-z][a-z0-9_]{0,79}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """An account that can be called. `state_fields`: what else must be set together with a state."""

    name: str
    base_url: str
    user: str
    auth: tuple[str, str] | None = field(repr=False)
    api_key: str | None = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    allow_private_network: bool
    table: str
    tags_field: str | None
    states: Mapping[Status, str]
    state_fields: Mapping[Status, Mapping[str, str]]
    replies: bool
    routing: bool
    knowledge_bases: Mapping[str, bool]  # sys_id -> may everybody read it?
    public_url: str | None
    check_webhook: bool


def settings(account: Account) -> Settings:
    """The account's settings. Raises `Misconfigured` with what to do."""
    options = account.options
    if unknown := sorted(set(options) - KNOWN):
        raise Misconfigured(f"unknown options {', '.join(unknown)}; known: {sorted(KNOWN)}")
    user, table = _text(options, "user"), _text(options, "table") or INCIDENT
    if user is None or "^" in user:
        raise Misconfigured("options.user must be the user ID (user_name) of the integration user")
    if table not in STATES:
        raise Misconfigured(f"options.table must be one of {', '.join(STATES)}")
    tags_field = _text(options, "tags_field")
    if tags_field and not COLUMN.fullmatch(tags_field):
        raise Misconfigured("options.tags_field must be the name of a column, such as u_tags")
    api_key, password = _secret(account, "api_key"), _secret(account, "password")
    if not api_key and not password:
        raise Misconfigured("give the secret password, or api_key")
    return Settings(
        name=account.name,
        base_url=account.base_url.rstrip("/"),
        user=user,
        auth=None if api_key else (user, password or ""),
        api_key=api_key,
        webhook_secrets=_webhook_secrets(account),
        allow_private_network=account.allow_private_network,
        table=table,
        tags_field=tags_field,
        states={**STATES[table], **_states(options)},
        state_fields=_state_fields(options),
        replies=_switch(options, "replies"),
        routing=_switch(options, "routing"),
        knowledge_bases=_knowledge_bases(options),
        public_url=(_text(options, "public_url") or "").rstrip("/") or None,
        check_webhook=_switch(options, "check_webhook"),
    )


def _secret(account: Account, role: str) -> str | None:
    return account.secrets.get(role, "").strip() or None


def _webhook_secrets(account: Account) -> tuple[str, ...]:
    """None: only polling. Two are live during a rotation, with a comma between them."""
    found = live_secrets(account)
    for secret in found:
        try:
            sign_standard_webhooks(secret, "sn-0", 0, b"")
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


def _switch(options: Mapping[str, Any], option: str) -> bool:
    value = options.get(option, True)
    if not isinstance(value, bool):
        raise Misconfigured(f"options.{option} must be true or false")
    return value


def _states(options: Mapping[str, Any]) -> Mapping[Status, str]:
    given = options.get("states") or {}
    if not isinstance(given, Mapping) or not all(
        word in set(Status) and isinstance(value, str) and value for word, value in given.items()
    ):
        raise Misconfigured(f'options.states must map {", ".join(Status)} to values of the state, such as "2"')
    return {Status(word): value for word, value in given.items()}


def _state_fields(options: Mapping[str, Any]) -> Mapping[Status, Mapping[str, str]]:
    given = options.get("state_fields") or {}
    if not isinstance(given, Mapping) or not all(
        word in set(Status)
        and isinstance(fields, Mapping)
        and all(isinstance(key, str) and COLUMN.fullmatch(key) and isinstance(one, str) for key, one in fields.items())
        for word, fields in given.items()
    ):
        raise Misconfigured(
            "options.state_fields must give columns and their texts to a status, such as {solved: {close_code: ...}}"
        )
    return {Status(word): dict(fields) for word, fields in given.items()}


def _knowledge_bases(options: Mapping[str, Any]) -> Mapping[str, bool]:
    given = options.get("knowledge_bases") or {}
    if not isinstance(given, Mapping) or not all(
        sys_id(name) and value in ("public", "internal") for name, value in given.items()
    ):
        raise Misconfigured("options.knowledge_bases must map sys_ids of knowledge bases to public or internal")
    return {name: value == "public" for name, value in given.items()}
