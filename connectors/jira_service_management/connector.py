"""Jira Service Management behind the contract: each verb is a file of this folder."""

import asyncio
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
    WriteReceipt,
)
from connectors.http import HttpClient
from connectors.jira_service_management import archive
from connectors.jira_service_management.check import check
from connectors.jira_service_management.find import find_mark
from connectors.jira_service_management.read import fetch
from connectors.jira_service_management.receive import receive
from connectors.jira_service_management.settings import SECRET_ROLES, Settings, settings
from connectors.jira_service_management.values import account_id
from connectors.jira_service_management.write import write
from connectors.limits import Limits
from connectors.values import document, needed


class JiraServiceManagementConnector:
    """One site in Atlassian's cloud. Text is given as text: a note wants wiki markup, and a reply a document."""

    name: ClassVar[str] = "jira_service_management"
    body_format: ClassVar[BodyFormat] = BodyFormat.TEXT
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=5)  # not documented; comments are read, not a search index
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.SIGNED_WEBHOOK,
            Capability.INTERNAL_NOTE,
            Capability.PUBLIC_REPLY,
            Capability.ROUTING,
            Capability.MARKS,
            Capability.ARTICLES,
            Capability.HISTORY,
        }
    )

    def __init__(self, account: Settings, http: HttpClient) -> None:
        if not account.knowledge_space_ids:
            self.capabilities -= {Capability.ARTICLES}
        self._account = account
        self._http = http
        self._me: str | None = None
        self._asking = asyncio.Lock()

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        headers = {"Accept": "application/json", "User-Agent": "countersign"}
        if found.oauth_token:
            headers["Authorization"] = f"Bearer {found.oauth_token}"
        http = HttpClient(
            found.base_url,
            headers=headers,
            auth=found.auth,
            allow_private_network=found.allow_private_network,
            limits=limits,
        )
        return cls(found, http)

    def receive(self, request: Request) -> Received:
        return receive(request, self._account, self._me or self._account.integration_user_id)

    async def fetch(self, ticket_id: str) -> Ticket:
        return await fetch(self._http, self._account, ticket_id, await self._integration_user())

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        return await write(self._http, self._account, ticket, action, change)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await find_mark(self._http, ticket_id, mark, await self._integration_user())

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        async for page in archive.articles(self._http, self._account, since):
            yield page

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._http, self._account, since, self.fetch):
            yield page

    async def check(self) -> list[Finding]:
        return await check(self._http, self._account)

    async def close(self) -> None:
        await self._http.close()

    async def _integration_user(self) -> str:
        """The id of the user that we sign in as, asked for once."""
        async with self._asking:
            if self._me is None:
                me = document(await self._http.get("/rest/api/3/myself"))
                self._me = needed(account_id(me.get("accountId")), "myself.accountId")
            return self._me
