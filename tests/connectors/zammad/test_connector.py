"""Zammad keeps the contract, with a desk at the other end that has Zammad's memory and Zammad's traps."""

from datetime import datetime

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.zammad.connector import ZammadConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.zammad.deliveries import delivery
from tests.connectors.zammad.desk import ACCOUNT, LONG_TICKET, SECRET, TICKET, ZammadDesk, reaches_requester


class TestZammad(ConnectorContract):
    connector_class = ZammadConnector
    account = ACCOUNT
    another_secret = "za-other-token"
    signed_headers = ("X-Hub-Signature",)
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 230
    attachment = Attachment("174", "label.jpg", "image/jpeg", 48_213)
    rights = ("credentials", "active", "tickets", "articles", "tags", "drafts", "names", "webhooks", "triggers")

    def setup_method(self) -> None:
        self.desk = ZammadDesk(self.long_thread)

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
