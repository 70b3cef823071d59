"""Zammad behind the contract: each verb is a file of this folder."""

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
from connectors.limits import Limits
from connectors.values import document, identifier, needed
from connectors.zammad import archive
from connectors.zammad.check import check
from connectors.zammad.find import find_mark
from connectors.zammad.read import fetch
from connectors.zammad.receive import receive
from connectors.zammad.settings import SECRET_ROLES, Settings, settings
from connectors.zammad.write import write


class ZammadConnector:
    """One Zammad. Option `shared_drafts: true`: drafts wait in the composer, not in a note."""

    name: ClassVar[str] = "zammad"
    body_format: ClassVar[BodyFormat] = BodyFormat.HTML
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=2)  # not documented; the thread is read, not a search index
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
        }
    )

    def __init__(self, account: Settings, http: HttpClient) -> None:
        if not account.shared_drafts:
            self.capabilities = self.capabilities - {Capability.NATIVE_DRAFT}
        self._account = account
        self._http = http
        self._me: str | None = None
        self._asking = asyncio.Lock()

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        headers = {
            "Accept": "application/json",
            "User-Agent": "countersign",
            "Authorization": f"Token token={found.api_token}",
        }
        http = HttpClient(
            found.base_url, headers=headers, allow_private_network=found.allow_private_network, limits=limits
        )
        return cls(found, http)

    def receive(self, request: Request) -> Received:
        return receive(request, self._account, self._me or self._account.integration_user_id)

    async def fetch(self, ticket_id: str) -> Ticket:
        return await fetch(self._http, self._account, ticket_id, await self._integration_user())

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        return await write(self._http, self._account, ticket, action, change, await self._integration_user())

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await find_mark(self._http, self._account, ticket_id, mark, await self._integration_user())

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
                found = document(await self._http.get("/api/v1/users/me"))
                self._me = needed(identifier(found.get("id")), "user.id")
            return self._me
