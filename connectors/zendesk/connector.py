"""Zendesk Support behind the contract: each verb is a file of this folder."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Self

from connectors.contract import (
    Account,
    Action,
    Agent,
    Article,
    Attachment,
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
from connectors.errors import AuthFailed
from connectors.files import read_link
from connectors.http import HttpClient
from connectors.limits import Limits
from connectors.values import document, mapping
from connectors.zendesk import archive
from connectors.zendesk.check import check
from connectors.zendesk.directory import Directory
from connectors.zendesk.find import find_mark
from connectors.zendesk.identify import identify
from connectors.zendesk.read import fetch
from connectors.zendesk.receive import receive
from connectors.zendesk.settings import SECRET_ROLES, Settings, settings
from connectors.zendesk.values import identifier
from connectors.zendesk.write import write

HERE = Path(__file__).parent
FILE_STORE = "zdusercontent.com"  # where addresses of files lead on


class ZendeskConnector:
    """One Zendesk Support account."""

    name: ClassVar[str] = "zendesk"
    body_format: ClassVar[BodyFormat] = BodyFormat.HTML
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=5)  # not documented; the history is read, not a search index
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.SIGNED_WEBHOOK,
            Capability.INTERNAL_NOTE,
            Capability.PUBLIC_REPLY,
            Capability.ROUTING,
            Capability.CONDITIONAL_WRITE,
            Capability.MARKS,
            Capability.ARTICLES,
            Capability.HISTORY,
            Capability.FILES,
            Capability.SIDEBAR,
            Capability.SIGNED_SIDEBAR,
        }
    )
    sidebar: ClassVar[Sidebar] = Sidebar(
        script=HERE / "sidebar.js",
        package=HERE / "app",
        sdk="https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js",
        inserts=True,
    )

    def __init__(self, account: Settings, http: HttpClient) -> None:
        self._account = account
        if account.app_key is None:
            self.capabilities -= {Capability.SIGNED_SIDEBAR}
        self._http = http
        self._directory = Directory(http)
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
        return await fetch(self._http, ticket_id, await self._integration_user())

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        return await write(self._http, self._directory, ticket, action, change)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await find_mark(self._http, ticket_id, mark, await self._integration_user())

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        async for page in archive.articles(self._http, self._account.locales, since):
            yield page

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._http, since, await self._integration_user()):
            yield page

    async def read_file(self, attachment: Attachment, limit: int) -> bytes:
        return await read_link(self._http, attachment.url, limit, store=FILE_STORE)

    async def identify(self, request: Request) -> Agent:
        return identify(request, self._account)

    async def check(self) -> list[Finding]:
        return await check(self._http, self._account)

    async def close(self) -> None:
        await self._http.close()

    async def _integration_user(self) -> str:
        """The id of the user that we sign in as, asked for once. A stranger gets an answer too, without an id."""
        async with self._asking:
            if self._me is None:
                user = mapping(document(await self._http.get("/api/v2/users/me")).get("user"))
                self._me = identifier(user.get("id"))
            if self._me is None:
                raise AuthFailed("Zendesk does not accept the credentials; run `countersign check`")
            return self._me
