"""Request Tracker keeps the contract, with a desk at the other end that has RT's memory and RT's traps."""

from datetime import datetime

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.request_tracker.deliveries import delivery
from tests.connectors.request_tracker.desk import (
    ACCOUNT,
    LONG_TICKET,
    SECRET,
    TICKET,
    RequestTrackerDesk,
    reaches_requester,
)


class TestRequestTracker(ConnectorContract):
    connector_class = RequestTrackerConnector
    account = ACCOUNT
    another_secret = "whsec_" + "YW5vdGhlciBzZWNyZXQgZm9yIGEgcm90YXRpb24gMzI="
    signed_headers = ("webhook-id", "webhook-timestamp", "webhook-signature")
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 230
    attachment = Attachment("3", "receipt.pdf", "application/pdf", 16)
    text_file = Attachment(
        "90", "serials.csv", "text/csv", 23, "https://rt.example.com/Ticket/Attachment/50/90/serials.csv"
    )
    text_in_file = "serial;year\nÄ-77;2026\n".encode()
    rights = (
        "credentials",
        "the right token",
        "Privileged",
        "SeeQueue",
        "ShowTicket",
        "ShowTicketComments",
        "ModifyTicket",
        "SeeCustomField",
    )

    def setup_method(self) -> None:
        self.desk = RequestTrackerDesk(self.long_thread)
        self.desk.attach("50", 90, "serials.csv", "text/csv", self.text_in_file)

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
