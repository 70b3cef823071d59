"""Freshdesk keeps the contract, with a desk at the other end that has Freshdesk's memory and Freshdesk's traps."""

from datetime import datetime

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.freshdesk.connector import FreshdeskConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.freshdesk.deliveries import delivery
from tests.connectors.freshdesk.desk import ACCOUNT, LONG_TICKET, SECRET, TICKET, FreshdeskDesk, reaches_requester


class TestFreshdesk(ConnectorContract):
    connector_class = FreshdeskConnector
    account = ACCOUNT
    another_secret = "fd-other-secret-of-ours"
    signed_headers = ("X-Countersign-Secret",)
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 230
    attachment = Attachment("43009002", "invoice.pdf", "application/pdf", 78_942)
    rights = ("credentials", "all tickets", "tickets", "threads", "names")

    def setup_method(self) -> None:
        self.desk = FreshdeskDesk(self.long_thread)

    def sign(self, body: bytes, *, secret: str | None = None, at: datetime | None = None) -> Request:
        """Nothing in a delivery is dated, so `at` changes nothing."""
        return delivery(body, secret=secret or SECRET)

    def answer(self, request: httpx.Request) -> httpx.Response:
        return self.desk.answer(request)

    def customer_would_see(self, request: httpx.Request) -> bool:
        return reaches_requester(request)

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        self.desk.someone_writes(ticket_id, text, role, visibility)

    def take_away(self, right: str) -> None:
        self.desk.missing.add(right)
