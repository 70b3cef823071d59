"""A desk with everything that makes one hard keeps the contract by its description alone."""

from datetime import UTC, datetime
from pathlib import Path

import httpx

import connectors.described
from connectors.contract import (
    Account,
    Attachment,
    Capability,
    Change,
    Connector,
    InternalNote,
    Request,
    Role,
    Visibility,
)
from connectors.described.connector import DescribedConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.described.inhouse.desk import KEY, PASSWORD, USER, InhouseDesk

EXAMPLES = Path(connectors.described.__file__).parent / "examples"


class TestInhouse(ConnectorContract):
    connector_class = DescribedConnector
    account = Account(
        "acme",
        "https://cases.acme.example",
        {"webhook_secret": KEY, "password": PASSWORD},
        {
            "description": str(EXAMPLES / "inhouse.yaml"),
            "values": {"user": USER},
            "public_url": "https://gateway.example",
        },
    )
    another_secret = "another-key-for-deliveries"
    signed_headers = ("X-Desk-Key",)
    ticket_id = "4711"
    long_ticket_id = "4712"
    long_thread = 130
    attachment = Attachment("301", "label of parcel.jpg", "image/jpeg", 48_213)
    rights = ("cases.read", "cases.write", "memos.write", "mails.write", "webhook")

    def setup_method(self) -> None:
        self.desk = InhouseDesk(self.ticket_id, self.long_ticket_id, self.long_thread)

    def sign(self, body: bytes, *, secret: str | None = None, at: datetime | None = None) -> Request:
        return Request([("X-Desk-Key", secret or KEY)], body, datetime.now(UTC))

    def answer(self, request: httpx.Request) -> httpx.Response:
        return self.desk.answer(request)

    def customer_would_see(self, request: httpx.Request) -> bool:
        return request.method == "POST" and request.url.path.endswith("/mails")

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        self.desk.someone_writes(ticket_id, text, role, visibility)

    def take_away(self, right: str) -> None:
        self.desk.missing.add(right)

    def test_a_secret_in_a_header_is_believed_for_the_case_alone(self, connector: Connector) -> None:
        body = b'{"case": 4711, "opened": "a", "changed": "b", "entry": {"no": 5, "by": {"no": 99, "type": "staff"}}}'

        event = connector.receive(self.sign(body)).events[0]

        assert Capability.SIGNED_WEBHOOK not in connector.capabilities
        assert (event.ticket_id, event.author, event.visibility) == ("4711", None, None)

    async def test_a_label_that_came_meanwhile_stays(self, connector: Connector) -> None:
        before = await connector.fetch(self.ticket_id)
        self.desk.cases[self.ticket_id].labels.append("added-meanwhile")

        await connector.write(before, self.action(InternalNote), Change(tags_added=["escalated"]))

        assert self.desk.cases[self.ticket_id].labels == ["shipping", "added-meanwhile", "escalated"]
