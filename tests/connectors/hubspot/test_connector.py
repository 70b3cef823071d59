"""HubSpot keeps the contract, with a desk at the other end that has HubSpot's memory and HubSpot's traps."""

from datetime import datetime

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.hubspot.connector import HubspotConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.hubspot.deliveries import delivery
from tests.connectors.hubspot.desk import ACCOUNT, LONG_TICKET, SECRET, TICKET, HubspotDesk, reaches_requester


class TestHubspot(ConnectorContract):
    connector_class = HubspotConnector
    account = ACCOUNT
    another_secret = "hs-other-secret"
    signed_headers = ("X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp")
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 230
    attachment = Attachment("4450", "label.jpg")
    rights = (
        "credentials",
        "threads",
        "messages",
        "contacts",
        "tickets",
        "ai_tags",
        "ai_team",
        "pipelines",
        "owners",
        "sender",
    )

    def setup_method(self) -> None:
        self.desk = HubspotDesk(self.long_thread)

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
