"""Jira Service Management keeps the contract, with a desk at the other end that has its memory and its traps."""

from datetime import datetime

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.jira_service_management.connector import JiraServiceManagementConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.jira_service_management.deliveries import delivery
from tests.connectors.jira_service_management.desk import (
    ACCOUNT,
    LONG_TICKET,
    SECRET,
    TICKET,
    JiraDesk,
    reaches_requester,
)


class TestJiraServiceManagement(ConnectorContract):
    connector_class = JiraServiceManagementConnector
    account = ACCOUNT
    another_secret = "jira-other-secret"
    signed_headers = ("X-Hub-Signature",)
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 230
    attachment = Attachment("10501", "label of parcel.jpg", "image/jpeg", 48_213)
    rights = ("credentials", "active", "rights", "agent", "requests", "comments", "names", "webhooks")

    def setup_method(self) -> None:
        self.desk = JiraDesk(self.long_thread)

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
