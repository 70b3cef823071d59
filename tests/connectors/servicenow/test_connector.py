"""ServiceNow keeps the contract, with a desk at the other end that has its memory and its traps."""

from datetime import datetime

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.servicenow.connector import ServiceNowConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.servicenow.deliveries import delivery
from tests.connectors.servicenow.desk import (
    ACCOUNT,
    LONG_TICKET,
    SECRET,
    TICKET,
    ServiceNowDesk,
    reaches_requester,
)


class TestServiceNow(ConnectorContract):
    connector_class = ServiceNowConnector
    account = ACCOUNT
    another_secret = "whsec_" + "YW5vdGhlciBzZWNyZXQgZm9yIGEgcm90YXRpb24gMzI="
    signed_headers = ("webhook-id", "webhook-timestamp", "webhook-signature")
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 231  # what it was opened with, and 230 entries
    attachment = Attachment(f"{0x201:032x}", "screen.jpg", "image/jpeg", 48_213)
    rights = (
        "credentials",
        "see sys_user",
        "see incident",
        "see sys_journal_field",
        "read sys_journal_field",
        "see sys_user_has_role",
        "see sys_user_group",
        "see sys_user_grmember",
        "read attachment",
        "see sys_choice",
        "see sys_script",
        "see sys_properties",
    )

    def setup_method(self) -> None:
        self.desk = ServiceNowDesk(self.long_thread - 1)

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
