"""Front behind the contract: each verb is a file of this folder."""

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
from connectors.front import archive
from connectors.front.check import check
from connectors.front.directory import Directory
from connectors.front.find import find_mark
from connectors.front.read import fetch
from connectors.front.receive import receive
from connectors.front.settings import SECRET_ROLES, Settings, settings
from connectors.front.write import write
from connectors.http import HttpClient
from connectors.limits import Limits


class FrontConnector:
    """One company in Front. Text is given as text: messages want HTML, and comments want Markdown."""

    name: ClassVar[str] = "front"
    body_format: ClassVar[BodyFormat] = BodyFormat.TEXT
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=30)  # a reply is accepted first and stored later
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
        self._account = account
        self._http = http
        self._directory = Directory(http)

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        headers = {
            "Accept": "application/json",
            "User-Agent": "countersign",
            "Authorization": f"Bearer {found.api_token}",
        }
        http = HttpClient(
            found.base_url, headers=headers, allow_private_network=found.allow_private_network, limits=limits
        )
        return cls(found, http)

    def receive(self, request: Request) -> Received:
        return receive(request, self._account)

    async def fetch(self, ticket_id: str) -> Ticket:
        return await fetch(self._http, self._directory, self._account, ticket_id)

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        return await write(self._http, self._directory, self._account, ticket, action, change)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await find_mark(self._http, self._account, ticket_id, mark)

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        async for page in archive.articles(self._http, self._account.knowledge_base_ids, since):
            yield page

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._http, since, self.fetch):
            yield page

    async def check(self) -> list[Finding]:
        return await check(self._http, self._account)

    async def close(self) -> None:
        await self._http.close()
