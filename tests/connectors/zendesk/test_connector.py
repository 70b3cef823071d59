"""Zendesk keeps the contract, with a desk at the other end that has Zendesk's memory and Zendesk's traps."""

from datetime import datetime

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.zendesk.connector import ZendeskConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.zendesk.deliveries import delivery
from tests.connectors.zendesk.desk import ACCOUNT, LONG_TICKET, SECRET, TICKET, ZendeskDesk, reaches_requester


class TestZendesk(ConnectorContract):
    connector_class = ZendeskConnector
    account = ACCOUNT
    another_secret = "zd-other-secret"
    signed_headers = ("X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp")
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 230
    attachment = Attachment("8447390000001", "label.jpg", "image/jpeg", 48_213)
    text_file = Attachment(
        "8447390000003",
        "serials.csv",
        "text/csv",
        22,
        "https://acme.zendesk.com/attachments/token/def/?name=serials.csv",
    )
    text_in_file = b"serial;year\nA-77;2026\n"
    rights = ("credentials", "stranger", "staff", "all tickets", "public replies", "history", "groups", "webhooks")

    def setup_method(self) -> None:
        self.desk = ZendeskDesk(self.long_thread)
        self.desk.attach(self.text_file, self.text_in_file)

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
