"""A help desk behind the contract by its description alone: each verb is a file of this folder."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Self

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
from connectors.described import calls, words
from connectors.described.check import check
from connectors.described.description import Description, SignIn
from connectors.described.find import Finder
from connectors.described.read import Reader
from connectors.described.receive import receive
from connectors.described.settings import SECRET_ROLES, Settings, described_by, settings
from connectors.described.write import Writer
from connectors.errors import Misconfigured, Rejected
from connectors.http import HttpClient
from connectors.limits import Limits
from connectors.values import needed


class DescribedConnector:
    """One account of a help desk that a file describes. The class says the most that a description can offer."""

    name: ClassVar[str] = "http"
    secret_roles: Mapping[str, str] = SECRET_ROLES
    body_format: BodyFormat = BodyFormat.TEXT
    search_lag: timedelta = timedelta(0)
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.SIGNED_WEBHOOK,
            Capability.GUARDED_WEBHOOK,
            Capability.NATIVE_DRAFT,
            Capability.INTERNAL_NOTE,
            Capability.PUBLIC_REPLY,
            Capability.ROUTING,
            Capability.CONDITIONAL_WRITE,
            Capability.MARKS,
        }
    )

    def __init__(self, account: Settings, http: HttpClient) -> None:
        said = account.description
        self.secret_roles = {**SECRET_ROLES, **said.secrets}
        self.body_format = said.body_format
        self.search_lag = said.search_lag
        self.capabilities = frozenset(offered(said, native_drafts=account.native_drafts))
        self._account = account
        self._http = http
        self._context = {"option": account.values}
        self._reader = Reader(said, http, self._context)
        self._finder = Finder(said, http, self._context, self._reader)
        self._writer = Writer(
            said, http, self._context, self._reader, self._finder, drafts=Capability.NATIVE_DRAFT in self.capabilities
        )
        self._me = account.integration_user_id
        self._asking = asyncio.Lock()

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """`limits`: an object that all workers share; without one this process keeps its own."""
        found = settings(account)
        headers, auth = signed_in(found.description.sign_in, found.secrets, found.values)
        http = HttpClient(
            found.base_url,
            headers={"Accept": "application/json", "User-Agent": "countersign", **headers},
            auth=auth,
            allow_private_network=found.allow_private_network,
            limits=limits,
        )
        return cls(found, http)

    @classmethod
    def secret_roles_of(cls, options: Mapping[str, Any]) -> Mapping[str, str]:
        """The webhook's, and those that the description declares. Raises `Misconfigured`."""
        return {**SECRET_ROLES, **described_by(options).secrets}

    def receive(self, request: Request) -> Received:
        return receive(request, self._account.description, self._account.webhook_secrets, self._me)

    async def fetch(self, ticket_id: str) -> Ticket:
        return await self._reader.ticket(ticket_id, await self._integration_user())

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        return await self._writer.write(ticket, action, change, await self._integration_user())

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        return await self._finder.find_mark(ticket_id, mark, await self._integration_user())

    async def check(self) -> list[Finding]:
        return await check(self._http, self._account, self._context)

    async def close(self) -> None:
        await self._http.close()

    async def _integration_user(self) -> str | None:
        """The id of the user that we sign in as, asked for once; None where the help desk's words tell us apart."""
        said = self._account.description.me
        async with self._asking:
            if self._me is None and said is not None:
                answer = await calls.read(self._http, said, self._context)
                self._me = needed(words.identifier(calls.find(said.id, answer)), "the id of the integration user")
            return self._me


def offered(said: Description, *, native_drafts: bool) -> set[Capability]:
    """What the description has calls for."""
    webhook = Capability.SIGNED_WEBHOOK if said.deliveries.authentic.signs_the_body else Capability.GUARDED_WEBHOOK
    carried = {part for call in said.write.changes for part in call.carries}
    found = {webhook, Capability.INTERNAL_NOTE, Capability.MARKS}
    found |= {Capability.PUBLIC_REPLY} if said.write.reply else set()
    found |= {Capability.NATIVE_DRAFT} if said.write.draft and native_drafts else set()
    found |= {Capability.ROUTING} if carried else set()
    return found | ({Capability.CONDITIONAL_WRITE} if said.write.conditional else set())


def signed_in(
    how: SignIn, secrets: Mapping[str, str], values: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, str] | None]:
    """The headers and the password that every call carries. Raises `Misconfigured`, which tells no secret."""
    context: dict[str, Any] = {"secret": secrets, "option": values}
    try:
        headers = {name: line for name, text in how.headers.items() if (line := text.line(context)) is not None}
        basic = (how.basic.user.line(context), how.basic.password.line(context)) if how.basic else None
    except Rejected:
        raise Misconfigured("a secret holds characters that do not belong in a header; copy it again") from None
    return headers, (basic[0] or "", basic[1] or "") if basic else None
