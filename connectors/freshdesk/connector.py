"""Freshdesk behind the contract: each verb is a file of this folder."""

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
    TicketEvent,
    WriteReceipt,
)
from connectors.freshdesk import archive
from connectors.freshdesk.check import check
from connectors.freshdesk.directory import Directory
from connectors.freshdesk.find import find_mark
from connectors.freshdesk.paths import API
from connectors.freshdesk.poll import poll
from connectors.freshdesk.read import fetch
from connectors.freshdesk.receive import receive
from connectors.freshdesk.settings import SECRET_ROLES, Settings, settings
from connectors.freshdesk.write import write
from connectors.http import HttpClient
from connectors.limits import Limits
from connectors.values import document, identifier, needed


class FreshdeskConnector:
    """One Freshdesk account."""

    name: ClassVar[str] = "freshdesk"
    body_format: ClassVar[BodyFormat] = BodyFormat.HTML
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=5)  # not documented; the thread is read, not a search index
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.GUARDED_WEBHOOK,
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
        self._account = account
        self._http = http
        self._directory = Directory(http)
        self._me: str | None = None
        self._asking = asyncio.Lock()

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        http = HttpClient(
            found.base_url,
            headers={"Accept": "application/json", "User-Agent": "countersign"},
            auth=(found.api_key, "X"),  # the key is the user's name, and any password will do
            allow_private_network=found.allow_private_network,
            limits=limits,
        )
        return cls(found, http)

    def receive(self, request: Request) -> Received:
        return receive(request, self._account)

    async def poll(self, cursor: str | None) -> tuple[Sequence[TicketEvent], str]:
        return await poll(self._http, cursor)

    async def fetch(self, ticket_id: str) -> Ticket:
        me = await self._integration_user()
        return await fetch(self._http, self._account, self._directory.groups, ticket_id, me)

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        return await write(self._http, self._directory, self._account, ticket, action, change)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await find_mark(self._http, ticket_id, mark, await self._integration_user())

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        async for page in archive.articles(self._http, self._account.locales, since):
            yield page

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._http, since, self.fetch):
            yield page

    async def check(self) -> list[Finding]:
        return await check(self._http, self._account)

    async def close(self) -> None:
        await self._http.close()

    async def _integration_user(self) -> str:
        """The id of the agent that we sign in as, asked for once."""
        async with self._asking:
            if self._me is None:
                me = document(await self._http.get(f"{API}/agents/me"))
                self._me = needed(identifier(me.get("id")), "agents/me.id")
            return self._me
