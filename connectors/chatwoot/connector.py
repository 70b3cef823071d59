"""Chatwoot behind the contract: each verb is a file of this folder."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Self

from connectors.chatwoot import archive
from connectors.chatwoot.check import check
from connectors.chatwoot.directory import Directory
from connectors.chatwoot.find import find_mark
from connectors.chatwoot.read import fetch
from connectors.chatwoot.receive import receive
from connectors.chatwoot.settings import SECRET_ROLES, Settings, settings
from connectors.chatwoot.write import write
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
    Sidebar,
    Ticket,
    WriteReceipt,
)
from connectors.http import HttpClient
from connectors.limits import Limits
from connectors.values import document, identifier, needed

HERE = Path(__file__).parent


class ChatwootConnector:
    """One account of one Chatwoot, hosted by anybody."""

    name: ClassVar[str] = "chatwoot"
    body_format: ClassVar[BodyFormat] = BodyFormat.MARKDOWN
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=2)  # not documented; the thread is read, not a search index
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.SIGNED_WEBHOOK,
            Capability.INTERNAL_NOTE,
            Capability.PUBLIC_REPLY,
            Capability.ROUTING,
            Capability.MARKS,
            Capability.ARTICLES,
            Capability.HISTORY,
            Capability.SIDEBAR,
        }
    )
    # Chatwoot's frame gives no call that writes into its composer, so an agent copies the reply.
    sidebar: ClassVar[Sidebar] = Sidebar(script=HERE / "sidebar.js", package=HERE / "dashboard_app")

    def __init__(self, account: Settings, http: HttpClient) -> None:
        self._account = account
        self._http = http
        self._directory = Directory(http, account.account_id)
        self._me: str | None = None
        self._asking = asyncio.Lock()

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        headers = {
            "Accept": "application/json",
            "User-Agent": "countersign",
            # Chatwoot writes it with underscores, which nginx drops unless told otherwise; Rails reads both as one.
            "Api-Access-Token": found.api_token,
        }
        http = HttpClient(
            found.base_url, headers=headers, allow_private_network=found.allow_private_network, limits=limits
        )
        return cls(found, http)

    def receive(self, request: Request) -> Received:
        return receive(request, self._account, self._me or self._account.integration_user_id)

    async def fetch(self, ticket_id: str) -> Ticket:
        me = await self._integration_user()
        return await fetch(self._http, self._directory, self._account.account_id, ticket_id, me)

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        return await write(self._http, self._directory, self._account.account_id, ticket, action, change)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        me = await self._integration_user()
        return await find_mark(self._http, self._account.account_id, ticket_id, mark, me)

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        async for page in archive.articles(self._http, self._account.account_id, self._account.portals, since):
            yield page

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._http, self._account.account_id, since, self.fetch):
            yield page

    async def check(self) -> list[Finding]:
        return await check(self._http, self._account)

    async def close(self) -> None:
        await self._http.close()

    async def _integration_user(self) -> str:
        """The id of the user that we sign in as, asked for once."""
        async with self._asking:
            if self._me is None:
                profile = document(await self._http.get("/api/v1/profile"))
                self._me = needed(identifier(profile.get("id")), "profile.id")
            return self._me
