"""Intercom behind the contract: each verb is a file of this folder."""

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
from connectors.intercom import archive
from connectors.intercom.check import check
from connectors.intercom.directory import Directory
from connectors.intercom.find import find_mark
from connectors.intercom.read import fetch
from connectors.intercom.receive import receive
from connectors.intercom.settings import SECRET_ROLES, Settings, settings
from connectors.intercom.write import write
from connectors.limits import Limits
from connectors.values import document, identifier, needed

API_VERSION = "2.14"


class IntercomConnector:
    """One Intercom workspace. What others call a ticket is a conversation here."""

    name: ClassVar[str] = "intercom"
    body_format: ClassVar[BodyFormat] = BodyFormat.HTML
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=5)  # not documented; the thread is read, not a search index
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
        self._account = account
        self._http = http
        self._directory = Directory(http)
        self._me = account.integration_user_id
        self._asking = asyncio.Lock()

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        headers = {
            "Accept": "application/json",
            "User-Agent": "countersign",
            "Authorization": f"Bearer {found.api_token}",
            "Intercom-Version": API_VERSION,
        }
        http = HttpClient(
            found.base_url, headers=headers, allow_private_network=found.allow_private_network, limits=limits
        )
        return cls(found, http)

    def receive(self, request: Request) -> Received:
        return receive(request, self._account, self._me)

    async def fetch(self, ticket_id: str) -> Ticket:
        me = await self._integration_user()
        return await fetch(self._http, self._directory, self._account, ticket_id, me)

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        me = await self._integration_user()
        return await write(self._http, self._directory, self._account, ticket, action, change, me)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await find_mark(self._http, ticket_id, mark, await self._integration_user())

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        async for page in archive.articles(self._http, since):
            yield page

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._http, since, self.fetch):
            yield page

    async def check(self) -> list[Finding]:
        return await check(self._http, self._account)

    async def close(self) -> None:
        await self._http.close()

    async def _integration_user(self) -> str:
        """The teammate that we write as: the configured one, else the one who made the app, asked for once."""
        async with self._asking:
            if self._me is None:
                found = document(await self._http.get("/me"))
                self._me = needed(identifier(found.get("id")), "the id of /me")
            return self._me
