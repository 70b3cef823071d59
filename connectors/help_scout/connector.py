"""Help Scout behind the contract: each verb is a file of this folder."""

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
from connectors.errors import Rejected
from connectors.help_scout import archive
from connectors.help_scout.check import check
from connectors.help_scout.directory import Directory
from connectors.help_scout.find import find_mark
from connectors.help_scout.paths import API, TOKEN
from connectors.help_scout.poll import poll
from connectors.help_scout.read import fetch
from connectors.help_scout.receive import receive
from connectors.help_scout.settings import SECRET_ROLES, Settings, settings
from connectors.help_scout.write import write
from connectors.http import HttpClient
from connectors.limits import Limits
from connectors.session import Session
from connectors.values import document, identifier, needed

HEADERS = {"Accept": "application/json", "User-Agent": "countersign"}


class HelpScoutConnector:
    """One Help Scout account. Its help centre has an API, an address and limits of its own."""

    name: ClassVar[str] = "help_scout"
    body_format: ClassVar[BodyFormat] = BodyFormat.HTML
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=5)  # not documented; the thread is read, not a search index
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

    def __init__(self, account: Settings, http: HttpClient, docs: HttpClient | None) -> None:
        if docs is None:
            self.capabilities = self.capabilities - {Capability.ARTICLES}
        self._account = account
        self._http = http
        self._docs = docs
        self._session = Session(http, TOKEN, account.app_id, account.app_secret)
        self._directory = Directory(self._session)
        self._me: str | None = None
        self._asking = asyncio.Lock()

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        private = found.allow_private_network
        http = HttpClient(found.base_url, headers=HEADERS, allow_private_network=private, limits=limits)
        if found.docs_api_key is None:
            return cls(found, http, None)
        docs = HttpClient(archive.DOCS_URL, headers=HEADERS, auth=(found.docs_api_key, "X"))
        return cls(found, http, docs)

    def receive(self, request: Request) -> Received:
        return receive(request, self._account, self._me or self._account.integration_user_id)

    async def poll(self, cursor: str | None) -> tuple[Sequence[TicketEvent], str]:
        return await poll(self._session, self._account, cursor, await self._integration_user())

    async def fetch(self, ticket_id: str) -> Ticket:
        me = await self._integration_user()
        return await fetch(self._session, self._directory, self._account, ticket_id, me)

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        return await write(self._session, self._directory, self._account, ticket, action, change)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await find_mark(self._session, ticket_id, mark, await self._integration_user())

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        if self._docs is None:
            raise Rejected("the account has no docs_api_key, so its articles cannot be read")
        async for page in archive.articles(self._docs, since):
            yield page

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._session, since, self.fetch):
            yield page

    async def check(self) -> list[Finding]:
        return await check(self._session, self._docs, self._account)

    async def close(self) -> None:
        await self._http.close()
        if self._docs:
            await self._docs.close()

    async def _integration_user(self) -> str:
        """The id of the user that owns the app, asked for once."""
        async with self._asking:
            if self._me is None:
                me = document(await self._session.get(f"{API}/users/me"))
                self._me = needed(identifier(me.get("id")), "users/me.id")
            return self._me
