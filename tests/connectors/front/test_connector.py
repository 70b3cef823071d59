"""Front keeps the contract, with a desk at the other end that has Front's memory and Front's traps."""

from datetime import datetime

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.front.connector import FrontConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.front.deliveries import delivery
from tests.connectors.front.desk import ACCOUNT, LONG_TICKET, SECRET, TICKET, FrontDesk, reaches_requester


class TestFront(ConnectorContract):
    connector_class = FrontConnector
    account = ACCOUNT
    another_secret = "front-other-key"
    signed_headers = ("X-Front-Signature", "X-Front-Request-Timestamp")
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 230
    attachment = Attachment("fil_8f21", "label of parcel.jpg", "image/jpeg", 48_213)
    rights = (
        "credentials",
        "author",
        "blocked",
        "conversations",
        "messages",
        "comments",
        "drafts",
        "inboxes",
        "channels",
        "teammates",
        "tags",
    )

    def setup_method(self) -> None:
        self.desk = FrontDesk(self.long_thread)

    def sign(self, body: bytes, *, secret: str | None = None, at: datetime | None = None) -> Request:
        return delivery(body, secret=secret or SECRET, at=at)

    def answer(self, request: httpx.Request) -> httpx.Response:
        return self.desk.answer(request)

    def customer_would_see(self, request: httpx.Request) -> bool:
        return reaches_requester(request)

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        self.desk.someone_writes(ticket_id, text, role, visibility)

    def take_away(self, right: str) -> None:
        self.desk.missing.add(right)
