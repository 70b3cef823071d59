"""Zammad keeps the contract, with shared drafts and without, at a desk that has Zammad's memory and its traps."""

import dataclasses
from datetime import datetime
from typing import ClassVar

import httpx

from connectors.contract import Attachment, Request, Role, Visibility
from connectors.zammad.connector import ZammadConnector
from tests.connectors.contract import ConnectorContract
from tests.connectors.failures import FailurePromises
from tests.connectors.questions import Questions
from tests.connectors.threads import ThreadPromises
from tests.connectors.zammad.deliveries import delivery
from tests.connectors.zammad.desk import ACCOUNT, LONG_TICKET, SECRET, TICKET, ZammadDesk, reaches_requester


class Answers(Questions):
    """What the contract asks, answered once for both ways in which drafts may go in."""

    connector_class = ZammadConnector
    account = ACCOUNT
    another_secret = "za-other-token"
    signed_headers = ("X-Hub-Signature",)
    ticket_id = TICKET
    long_ticket_id = LONG_TICKET
    long_thread = 230
    attachment = Attachment("174", "label.jpg", "image/jpeg", 48_213)
    rights: ClassVar[tuple[str, ...]] = (
        "credentials",
        "active",
        "tickets",
        "articles",
        "tags",
        "drafts",
        "names",
        "webhooks",
        "triggers",
    )

    def setup_method(self) -> None:
        self.desk = ZammadDesk(self.long_thread)

    def sign(self, body: bytes, *, secret: str | None = None, at: datetime | None = None) -> Request:
        return delivery(body, secret=secret or SECRET, at=at)

    def answer(self, request: httpx.Request) -> httpx.Response:
        return self.desk.answer(request)

    def customer_would_see(self, request: httpx.Request) -> bool:
        return reaches_requester(request)

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        self.desk.someone_writes(ticket_id, text, role, visibility)

    def colleague_drafts(self, ticket_id: str) -> None:
        self.desk.colleague_types(ticket_id)

    def take_away(self, right: str) -> None:
        self.desk.missing.add(right)


class TestZammad(Answers, ConnectorContract):
    pass


class TestZammadWithoutSharedDrafts(Answers, ThreadPromises, FailurePromises):
    """What comes in is the same either way, and is not asked again."""

    account = dataclasses.replace(
        ACCOUNT, options={key: value for key, value in ACCOUNT.options.items() if key != "shared_drafts"}
    )
    rights = tuple(right for right in Answers.rights if right != "drafts")
