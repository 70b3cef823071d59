"""What a connector's test has to answer before the contract can be checked, and what the suite makes of the answers."""

import dataclasses
import html
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast

import httpx
import pytest
import respx

from connectors import http
from connectors.contract import (
    Account,
    Action,
    Attachment,
    BodyFormat,
    Capability,
    Change,
    Connector,
    DraftReply,
    HasArticles,
    HasHistory,
    InternalNote,
    Mark,
    Polls,
    PublicReply,
    Request,
    Role,
    Ticket,
    Visibility,
    text_hash,
)
from tests.connectors.line import Line

Verb = Callable[[], Awaitable[object]]
ACTIONS: Mapping[type[Action], Capability] = {
    DraftReply: Capability.NATIVE_DRAFT,
    InternalNote: Capability.INTERNAL_NOTE,
    PublicReply: Capability.PUBLIC_REPLY,
}


class Questions:
    """Answered by each connector's test; see `contract.py` for what every answer means."""

    connector_class: ClassVar[type[Connector]]
    account: ClassVar[Account]
    another_secret: ClassVar[str]
    signed_headers: ClassVar[tuple[str, ...]]
    ticket_id: ClassVar[str]
    long_ticket_id: ClassVar[str]
    long_thread: ClassVar[int]
    attachment: ClassVar[Attachment | None] = None
    rights: ClassVar[tuple[str, ...]] = ()

    def sign(self, body: bytes, *, secret: str | None = None, at: datetime | None = None) -> Request:
        raise NotImplementedError

    def answer(self, request: httpx.Request) -> httpx.Response | Awaitable[httpx.Response]:
        raise NotImplementedError

    def customer_would_see(self, request: httpx.Request) -> bool:
        raise NotImplementedError

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        raise NotImplementedError

    def take_away(self, right: str) -> None:
        raise NotImplementedError

    def colleague_drafts(self, ticket_id: str) -> None:
        """A colleague's draft waits where ours would go. Needed only where there is room for one."""
        pytest.skip("every draft has a place of its own")

    # -- what the suite makes of the answers ----------------------------------------------------------------------

    @pytest.fixture(autouse=True)
    def line(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
        """All HTTP of the test goes to `answer`. Quick retries of reads do not wait: a test has no patience."""
        monkeypatch.setattr(http, "QUICK_RETRY", 0.0)
        line = Line(self.answer)
        with respx.mock(assert_all_called=False) as router:
            router.route().mock(side_effect=line)
            yield line

    @pytest.fixture
    async def connector(self) -> AsyncIterator[Connector]:
        connector = self.connect()
        yield connector
        await connector.close()

    def connect(self, **secrets: str) -> Connector:
        """A connector of the account, with other secrets where some are given."""
        kept = {**self.account.secrets, **secrets}
        account = dataclasses.replace(self.account, secrets=kept, allow_private_network=True)
        return self.connector_class.connect(account)

    def needs(self, connector: Connector, capability: Capability) -> None:
        if capability not in connector.capabilities:
            pytest.skip(f"{connector.name} does not offer {capability}")

    def actions(self, connector: Connector) -> list[type[Action]]:
        return [action for action, capability in ACTIONS.items() if capability in connector.capabilities]

    def action(self, kind: type[Action], text: str = "Your parcel left on Monday.") -> Action:
        """An action as the gateway would build it: a note shows its mark on the last line, a reply never."""
        mark = Mark("cs-" + secrets.token_hex(10), text_hash(text), datetime.now(UTC) - timedelta(minutes=1))
        paragraphs = [text, mark.value] if kind is InternalNote else [text]
        if self.connector_class.body_format is BodyFormat.HTML:
            return kind("".join(f"<p>{html.escape(part)}</p>" for part in paragraphs), mark)
        return kind("\n\n".join(paragraphs), mark)

    def verbs(self, connector: Connector, ticket: Ticket) -> dict[str, Verb]:
        """Every call that this connector can make, by name; `check` apart, because it tells instead of raising."""
        mark = self.action(InternalNote).mark
        verbs: dict[str, Verb] = {
            "fetch": lambda: connector.fetch(self.ticket_id),
            "find_mark": lambda: connector.find_mark(self.ticket_id, mark),
            **self.writes(connector, ticket),
        }
        if Capability.ARTICLES in connector.capabilities:
            verbs["articles"] = lambda: drain(cast(HasArticles, connector).articles(None))
        if Capability.HISTORY in connector.capabilities:
            verbs["history"] = lambda: drain(cast(HasHistory, connector).history(None))
        if Capability.POLLING in connector.capabilities:
            verbs["poll"] = lambda: cast(Polls, connector).poll(None)
        return verbs

    def writes(self, connector: Connector, ticket: Ticket) -> dict[str, Verb]:
        def writer(kind: type[Action]) -> Verb:
            return lambda: connector.write(ticket, self.action(kind))

        writes = {f"write {kind.__name__}": writer(kind) for kind in self.actions(connector)}
        if Capability.ROUTING in connector.capabilities:
            writes["write Change"] = lambda: connector.write(ticket, None, Change(tags_added=["contract"]))
        return writes


async def drain(pages: AsyncIterator[Any]) -> list[Any]:
    return [item async for page in pages for item in page]
