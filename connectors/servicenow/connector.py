"""ServiceNow incidents, or cases, behind the contract: each verb is a file of this folder."""

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
from connectors.servicenow import archive
from connectors.servicenow.check import check
from connectors.servicenow.find import find_mark
from connectors.servicenow.people import People
from connectors.servicenow.poll import poll
from connectors.servicenow.read import fetch
from connectors.servicenow.receive import receive
from connectors.servicenow.settings import SECRET_ROLES, Settings, settings
from connectors.servicenow.write import write

# Without both of the first, ServiceNow answers 400.
HEADERS = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "countersign"}


class ServiceNowConnector:
    """One table of one instance. Options take replies and routing away."""

    name: ClassVar[str] = "servicenow"
    body_format: ClassVar[BodyFormat] = BodyFormat.TEXT
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=10)  # the journal is a table of its own
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.SIGNED_WEBHOOK,
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
            Capability.PUBLIC_REPLY: not account.replies,
            Capability.ROUTING: not account.routing,
            Capability.ARTICLES: not account.knowledge_bases,
        }
        self.capabilities = frozenset(one for one in type(self).capabilities if not without.get(one))
        self._account = account
        self._http = http
        self._people = People(http, account.user)

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        http = HttpClient(
            found.base_url,
            headers={**HEADERS, "x-sn-apikey": found.api_key} if found.api_key else HEADERS,
            auth=found.auth,
            allow_private_network=found.allow_private_network,
            limits=limits,
        )
        return cls(found, http)

    def receive(self, request: Request) -> Received:
        return receive(request, self._account)

    async def poll(self, cursor: str | None) -> tuple[Sequence[TicketEvent], str]:
        return await poll(self._http, self._account, cursor)

    async def fetch(self, ticket_id: str) -> Ticket:
        return await fetch(self._http, self._account, self._people, ticket_id)

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        return await write(self._http, self._account, ticket, action, change)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await find_mark(self._http, self._account, ticket_id, mark)

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        async for page in archive.articles(self._http, self._account, since):
            yield page

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._http, self._account, self._people, since):
            yield page

    async def check(self) -> list[Finding]:
        return await check(self._http, self._account)

    async def close(self) -> None:
        await self._http.close()
