"""Intercom keeps the contract, with a desk at the other end that has Intercom's memory and Intercom's traps."""

from datetime import datetime

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.intercom.connector import IntercomConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.intercom.deliveries import delivery
from tests.connectors.intercom.desk import ACCOUNT, LONG_TICKET, SECRET, TICKET, IntercomDesk, reaches_requester


class TestIntercom(ConnectorContract):
    connector_class = IntercomConnector
    account = ACCOUNT
    another_secret = "ic-other-secret"
    signed_headers = ("X-Hub-Signature",)
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 480  # Intercom has no pages for a thread: up to 500 parts come at once
    attachment = Attachment("3104-1", "label.jpg", "image/jpeg", 48_213)
    rights = ("credentials", "admins", "seat", "conversations", "threads", "contacts", "teams", "tags", "attributes")

    def setup_method(self) -> None:
        self.desk = IntercomDesk(self.long_thread)

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
