"""Request Tracker 5 behind the contract: each verb is a file of this folder."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Self

from connectors.contract import (
    Account,
    Action,
    Article,
    Attachment,
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
from connectors.request_tracker import archive
from connectors.request_tracker.check import check
from connectors.request_tracker.find import find_mark
from connectors.request_tracker.people import People
from connectors.request_tracker.poll import poll
from connectors.request_tracker.read import fetch
from connectors.request_tracker.receive import receive
from connectors.request_tracker.settings import SECRET_ROLES, Settings, settings
from connectors.request_tracker.thread import file_text
from connectors.request_tracker.write import write


class RequestTrackerConnector:
    """One RT account. Without a webhook secret it only polls; options take replies and routing away."""

    name: ClassVar[str] = "request_tracker"
    body_format: ClassVar[BodyFormat] = BodyFormat.TEXT
    secret_roles: ClassVar[Mapping[str, str]] = SECRET_ROLES
    search_lag: ClassVar[timedelta] = timedelta(seconds=5)  # a write is in the history when it is answered
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.SIGNED_WEBHOOK,
            Capability.INTERNAL_NOTE,
            Capability.PUBLIC_REPLY,
            Capability.ROUTING,
            Capability.MARKS,
            Capability.ARTICLES,
            Capability.HISTORY,
            Capability.FILES,
            Capability.POLLING,
        }
    )

    def __init__(self, account: Settings, http: HttpClient) -> None:
        switched = {
            Capability.SIGNED_WEBHOOK: account.webhook_secrets,
            Capability.PUBLIC_REPLY: account.replies,
            Capability.ROUTING: account.routing,
            Capability.ARTICLES: account.articles,
        }
        self.capabilities = self.capabilities - {capability for capability, on in switched.items() if not on}
        self._account = account
        self._http = http
        self._people = People(http, account.user)

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        # RT takes what calls itself a browser for one, and answers a failed login with a redirect.
        headers = {"Accept": "application/json", "User-Agent": "countersign"}
        if found.api_token:
            headers["Authorization"] = f"token {found.api_token}"
        http = HttpClient(
            account.base_url,
            headers=headers,
            auth=found.auth,
            allow_private_network=account.allow_private_network,
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
        return await write(self._http, self._account, self._people, ticket, action, change)

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await find_mark(self._http, ticket_id, mark, self._account.user)

    async def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
        async for page in archive.articles(self._http, self._account, since):
            yield page

    async def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
        async for page in archive.history(self._http, self._account, self._people, since):
            yield page

    async def read_file(self, attachment: Attachment, limit: int) -> bytes:
        return await file_text(self._http, attachment, limit)

    async def check(self) -> list[Finding]:
        return await check(self._http, self._account)

    async def close(self) -> None:
        await self._http.close()
