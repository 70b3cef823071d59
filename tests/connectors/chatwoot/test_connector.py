"""Chatwoot keeps the contract, with a desk at the other end that has Chatwoot's memory and Chatwoot's traps."""

from datetime import datetime

import httpx

from connectors.chatwoot.connector import ChatwootConnector
from connectors.contract import Attachment, Request, Role, Visibility
from tests.connectors.chatwoot.deliveries import delivery
from tests.connectors.chatwoot.desk import ACCOUNT, LONG_TICKET, SECRET, TICKET, ChatwootDesk, reaches_requester
from tests.connectors.contract import ConnectorContract


class TestChatwoot(ConnectorContract):
    connector_class = ChatwootConnector
    account = ACCOUNT
    another_secret = "cw-other-secret"
    signed_headers = ("X-Chatwoot-Signature", "X-Chatwoot-Timestamp")
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 230
    attachment = Attachment("301", "label of parcel.jpg", "image/jpeg", 48_213)
    rights = ("credentials", "account", "inboxes", "conversations", "messages", "teams", "webhooks")

    def setup_method(self) -> None:
        self.desk = ChatwootDesk(self.long_thread)

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
