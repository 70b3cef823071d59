"""Help Scout keeps the contract, with a desk at the other end that has Help Scout's memory and Help Scout's traps."""

import dataclasses
from datetime import datetime
from typing import ClassVar

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.help_scout.connector import HelpScoutConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.help_scout.deliveries import delivery
from tests.connectors.help_scout.desk import ACCOUNT, LONG_TICKET, SECRET, TICKET, HelpScoutDesk, reaches_requester
from tests.connectors.questions import Questions
from tests.connectors.threads import ThreadPromises


class Answers(Questions):
    """What the contract asks, answered once with the help centre and without."""

    connector_class = HelpScoutConnector
    account = ACCOUNT
    another_secret = "hs-other-secret"
    signed_headers = ("X-HelpScout-Signature",)
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 60
    attachment = Attachment("301", "label.jpg", "image/jpeg", 48_213)
    rights: ClassVar[tuple[str, ...]] = ("credentials", "inboxes", "conversations", "threads", "names", "webhooks")

    def setup_method(self) -> None:
        self.desk = HelpScoutDesk(self.long_thread)

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


class TestHelpScout(Answers, ConnectorContract):
    pass


class TestHelpScoutWithItsHelpCentre(Answers, ThreadPromises):
    """The help centre is at an address of its own. What comes in, and how it fails, is asked without it."""

    account = dataclasses.replace(ACCOUNT, secrets={**ACCOUNT.secrets, "docs_api_key": "a-key-nobody-may-see"})
