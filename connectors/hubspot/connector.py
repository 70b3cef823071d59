"""HubSpot behind the contract: each verb is a file of this folder."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Self

from connectors.contract import (
    Account,
    Action,
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
from connectors.hubspot import archive
from connectors.hubspot.check import check
from connectors.hubspot.directory import Directory
from connectors.hubspot.find import find_mark
from connectors.hubspot.read import fetch
from connectors.hubspot.receive import receive
from connectors.hubspot.settings import SECRET_ROLES, Settings, settings
from connectors.hubspot.write import write
from connectors.limits import Limits


class HubspotConnector:
    """One HubSpot account. A ticket in our words is a thread here; HubSpot's own ticket holds the thread's fields."""

    name: ClassVar[str] = "hubspot"
    body_format: ClassVar[BodyFormat] = BodyFormat.HTML
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=10)  # not documented; the thread is read, not a search index
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.SIGNED_WEBHOOK,
            Capability.INTERNAL_NOTE,
            Capability.PUBLIC_REPLY,
            Capability.ROUTING,
            Capability.MARKS,
            Capability.HISTORY,
        }
    )

    def __init__(self, account: Settings, http: HttpClient) -> None:
        if account.sender_actor_id is None:
            self.capabilities = self.capabilities - {Capability.PUBLIC_REPLY}
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

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._http, since, self.fetch):
            yield page

    async def check(self) -> list[Finding]:
        return await check(self._http, self._account)

    async def close(self) -> None:
        await self._http.close()
