"""The sandbox as an account: Standard Webhooks in, REST out. The shortest connector, so read it first."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import quote

from connectors.contract import (
    Account,
    Action,
    Article,
    Attachment,
    BodyFormat,
    Capability,
    Change,
    DraftReply,
    Finding,
    InternalNote,
    Mark,
    PublicReply,
    Received,
    Request,
    Role,
    Status,
    Ticket,
    Visibility,
    WriteReceipt,
)
from connectors.errors import ConnectorError, Misconfigured, NotFound, Rejected, SignatureInvalid
from connectors.files import read_link
from connectors.http import HttpClient
from connectors.limits import Limits
from connectors.sandbox import reading
from connectors.sandbox.deliveries import events_of
from connectors.sandbox.findings import findings_of, unreachable
from connectors.signatures import live_secrets, sign_standard_webhooks, standard_webhooks

PAGE = 50  # entries
SHORTEST_SECRET = 32  # characters of base64, which are 24 bytes
VISIBLE_AS: Mapping[type[Action], Visibility] = {
    DraftReply: Visibility.DRAFT,
    InternalNote: Visibility.INTERNAL,
    PublicReply: Visibility.PUBLIC,
}


class SandboxConnector:
    """One brand of a sandbox desk. Option `native_drafts: true`: drafts wait in the composer, not in a note."""

    name: ClassVar[str] = "sandbox"
    body_format: ClassVar[BodyFormat] = BodyFormat.MARKDOWN
    secret_roles: ClassVar[Mapping[str, str]] = {
        "webhook_secret": "the brand's --webhook-secret (whsec_...); during a rotation old and new, with a comma",
        "api_token": "the token of the brand's integration user (--bot-token)",
    }
    search_lag: ClassVar[timedelta] = timedelta(0)
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.SIGNED_WEBHOOK,
            Capability.NATIVE_DRAFT,
            Capability.INTERNAL_NOTE,
            Capability.PUBLIC_REPLY,
            Capability.ROUTING,
            Capability.CONDITIONAL_WRITE,
            Capability.MARKS,
            Capability.ARTICLES,
            Capability.HISTORY,
            Capability.FILES,
        }
    )

    def __init__(self, account: Account, client: HttpClient, webhook_secrets: Sequence[str]) -> None:
        if not account.options.get("native_drafts"):
            self.capabilities = self.capabilities - {Capability.NATIVE_DRAFT}
        self._http = client
        self._webhook_secrets = webhook_secrets

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """Raises `Misconfigured` where a secret is missing or a webhook secret is not one."""
        for role, where in cls.secret_roles.items():
            if not account.secrets.get(role, "").strip(" ,"):
                raise Misconfigured(f"account {account.name}: the secret {role} is missing: {where}")
        webhook_secrets = _webhook_secrets(account)
        client = HttpClient(
            account.base_url,
            headers={"authorization": f"Bearer {account.secrets['api_token'].strip()}"},
            allow_private_network=account.allow_private_network,
            limits=limits,
        )
        return cls(account, client, webhook_secrets)

    def receive(self, request: Request) -> Received:
        """The webhook's id is the event's: the desk keeps it through all tries."""
        event_id = standard_webhooks(request, self._webhook_secrets)
        return Received(events_of(event_id, request.body))

    async def fetch(self, ticket_id: str) -> Ticket:
        """The ticket first and its thread after, so that the version is never newer than what was read."""
        path = f"/api/tickets/{quote(ticket_id, safe='')}"
        found = reading.storable(await self._http.get(path))
        messages = [message async for page in self._pages(f"{path}/messages") for message in page]
        return reading.ticket(found, messages)

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        """One call for message and change together, refused by the desk if the ticket is not at our version."""
        update: dict[str, Any] = {"if_version": int(ticket.version), **_changes(change)}
        if action is not None:
            update["message"] = self._message(action)
        path = f"/api/tickets/{quote(ticket.id, safe='')}"
        answer = await self._http.send("PATCH", path, json=update)
        return reading.receipt(answer)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        """The desk gives `client_ref` back and says whose it is; text that others wrote is never looked at."""
        query = {"client_ref": mark.value, "ticket_id": ticket_id, "mine": "true"}
        found = await self._http.get("/api/messages", params=query)
        messages = [reading.message(entry) for entry in reading.entries(found)]
        own = [
            message for message in messages if message.author.role is Role.INTEGRATION and message.mark == mark.value
        ]
        if not own:
            return None
        return WriteReceipt(own[0].id, own[0].visibility, None, own[0].created_at)

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        """Pages of articles that changed since then, internal ones too: `public` tells which."""
        query = {"updated_since": since.astimezone(UTC).isoformat()} if since else {}
        async for page in self._pages("/api/articles", query):
            yield [reading.article(entry) for entry in page]

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        """Solved tickets with their threads, oldest first."""
        query = {"status": Status.SOLVED.value}
        if since:
            query["updated_since"] = since.astimezone(UTC).isoformat()
        async for page in self._pages("/api/tickets", query):
            tickets = []
            for entry in page:
                with contextlib.suppress(NotFound):  # deleted since the page was made
                    tickets.append(await self.fetch(reading.identifier(entry)))
            yield tickets

    async def read_file(self, attachment: Attachment, limit: int) -> bytes:
        """The desk keeps contents that were given with a message; of others it knows the name alone."""
        return await read_link(self._http, f"/api/files/{quote(attachment.id, safe='')}", limit)

    async def check(self) -> list[Finding]:
        """Token, rights and webhook, from the one call in which the desk tells them all."""
        try:
            told = await self._http.get("/api/me")
            return findings_of(told)
        except ConnectorError as error:
            return [unreachable(error)]

    async def close(self) -> None:
        await self._http.close()

    def _message(self, action: Action) -> dict[str, Any]:
        if isinstance(action, DraftReply) and Capability.NATIVE_DRAFT not in self.capabilities:
            raise Rejected("this account keeps drafts in notes; set the option native_drafts: true to change that")
        return {
            "body": action.body,
            "format": self.body_format.value,
            "visibility": VISIBLE_AS[type(action)].value,
            "client_ref": action.mark.value,
        }

    async def _pages(self, path: str, query: Mapping[str, str] | None = None) -> AsyncIterator[list[Any]]:
        cursor: int | None = 0
        while cursor is not None:
            answer = await self._http.get(path, params={**(query or {}), "limit": PAGE, "cursor": cursor})
            page = reading.storable(answer)
            yield reading.entries(page)
            cursor = reading.next_cursor(page, cursor)


def _webhook_secrets(account: Account) -> tuple[str, ...]:
    """One secret, or two during a rotation; each of at least 24 bytes (Standard Webhooks 1.0)."""
    found = live_secrets(account)
    for secret in found:
        try:
            sign_standard_webhooks(secret, "msg_0", 0, b"")
        except SignatureInvalid as error:
            raise Misconfigured(f"account {account.name}: {error}; expected whsec_ and base64") from None
        if len(secret.removeprefix("whsec_").rstrip("=")) < SHORTEST_SECRET:
            raise Misconfigured(f"account {account.name}: the webhook secret is too short; expected 24 bytes or more")
    return found


def _changes(change: Change | None) -> dict[str, Any]:
    if not change:
        return {}
    fields = {
        "tags_added": list(change.tags_added),
        "priority": change.priority,
        "team": change.team,
        "assignee": change.assignee,
        "status": change.status,
    }
    return {name: value for name, value in fields.items() if value}
