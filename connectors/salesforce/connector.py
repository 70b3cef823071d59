"""Salesforce Service Cloud behind the contract: each verb is a file of this folder."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Self

from connectors.contract import (
    Account,
    Action,
    Article,
    BodyFormat,
    Capability,
    Change,
    Finding,
    Mark,
    Received,
    Request,
    Ticket,
    TicketEvent,
    WriteReceipt,
)
from connectors.http import HttpClient
from connectors.limits import Limits
from connectors.salesforce import archive
from connectors.salesforce.check import check
from connectors.salesforce.find import find_mark
from connectors.salesforce.poll import poll
from connectors.salesforce.read import fetch
from connectors.salesforce.receive import receive
from connectors.salesforce.session import Session
from connectors.salesforce.settings import SECRET_ROLES, Settings, settings
from connectors.salesforce.write import write

HEADERS = {
    "Accept": "application/json",
    "User-Agent": "countersign",
    "Sforce-Call-Options": "client=countersign",
    "Sforce-Query-Options": "batchSize=2000",
}


class SalesforceConnector:
    """One Salesforce org. Options switch drafts on, and replies and routing off."""

    name: ClassVar[str] = "salesforce"
    body_format: ClassVar[BodyFormat] = BodyFormat.TEXT
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=30)  # a sent e-mail may be logged after it is answered
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.SIGNED_WEBHOOK,
            Capability.NATIVE_DRAFT,
            Capability.INTERNAL_NOTE,
            Capability.PUBLIC_REPLY,
            Capability.ROUTING,
            Capability.MARKS,
            Capability.ARTICLES,
            Capability.HISTORY,
            Capability.POLLING,
        }
    )

    def __init__(self, account: Settings, http: HttpClient) -> None:
        without = {
            Capability.SIGNED_WEBHOOK: not account.webhook_secrets,
            Capability.NATIVE_DRAFT: not account.email_drafts,
            Capability.PUBLIC_REPLY: not account.replies,
            Capability.ROUTING: not account.routing,
            Capability.ARTICLES: not account.article_fields,
        }
        self.capabilities = frozenset(one for one in type(self).capabilities if not without.get(one))
        self._account = account
        self._http = http
        self._session = Session(http, account)

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        http = HttpClient(
            found.base_url, headers=HEADERS, allow_private_network=found.allow_private_network, limits=limits
        )
        return cls(found, http)

    def receive(self, request: Request) -> Received:
        return receive(request, self._account.webhook_secrets, self._session.user_id)

    async def poll(self, cursor: str | None) -> tuple[Sequence[TicketEvent], str]:
        return await poll(self._session, cursor)

    async def fetch(self, ticket_id: str) -> Ticket:
        return await fetch(self._session, self._account, ticket_id)

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        return await write(self._session, self._account, ticket, action, change)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await find_mark(self._session, self._account, ticket_id, mark)

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        async for page in archive.articles(self._session, self._account, since):
            yield page

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._session, self._account, since):
            yield page

    async def check(self) -> list[Finding]:
        return await check(self._session, self._account)

    async def close(self) -> None:
        await self._http.close()
