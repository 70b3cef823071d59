"""Salesforce keeps the contract, with a desk at the other end that has its memory and its traps."""

from datetime import datetime

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.salesforce.connector import SalesforceConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.salesforce.deliveries import delivery
from tests.connectors.salesforce.desk import (
    ACCOUNT,
    LONG_TICKET,
    SECRET,
    TICKET,
    SalesforceDesk,
    reaches_requester,
)


class TestSalesforce(ConnectorContract):
    connector_class = SalesforceConnector
    account = ACCOUNT
    another_secret = "whsec_" + "YW5vdGhlciBzZWNyZXQgZm9yIGEgcm90YXRpb24gMzI="
    signed_headers = ("webhook-id", "webhook-timestamp", "webhook-signature")
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 230
    attachment = Attachment("0695g00000DoCuAAAV", "label.jpg", "image/jpeg", 48_213)
    rights = (
        "credentials",
        "read Case",
        "read EmailMessage",
        "read CaseComment",
        "read Group",
        "read OrgWideEmailAddress",
        "read Countersign__c",
        "createable CaseComment",
        "createable EmailMessage",
        "updateable Case",
        "field Countersign_Tags__c",
        "field Countersign_Mark__c",
    )

    def setup_method(self) -> None:
        self.desk = SalesforceDesk(self.long_thread)

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
