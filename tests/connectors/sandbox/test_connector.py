"""The sandbox keeps the contract, with the real desk at the other end of the line."""

import base64
import hashlib
import json
from datetime import UTC, datetime

import httpx

from connectors.contract import (
    Account,
    Article,
    Attachment,
    BodyFormat,
    Change,
    Connector,
    InternalNote,
    Person,
    Request,
    Role,
    Visibility,
)
from connectors.sandbox.connector import SandboxConnector
from connectors.sandbox.desk import Brand, DeskSettings, create_desk
from connectors.sandbox.desk.access import Access, Right
from connectors.sandbox.desk.settings import AGENTS
from connectors.sandbox.desk.tickets import NOTHING, Desk, Entry, Happening
from connectors.sandbox.desk.webhooks import Webhooks
from connectors.signatures import sign_standard_webhooks
from tests.connectors.contract import ConnectorContract

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
MARTA = Person("requester-marta", Role.REQUESTER, "Marta Kowalska", "marta@example.net")


class Unsent(Webhooks):
    """The deliveries of these tests are recorded ones, so the desk sends none."""

    def tell(self, brand: Brand, happening: Happening) -> None:
        self.told = happening


class TestSandbox(ConnectorContract):
    connector_class = SandboxConnector
    account = Account(
        "demo",
        "https://desk.example",
        {"webhook_secret": SECRET, "api_token": "the-bots-token"},
        {"native_drafts": True},
    )
    another_secret = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
    signed_headers = ("webhook-id", "webhook-timestamp", "webhook-signature")
    ticket_id = "1001"
    long_ticket_id = "1002"
    long_thread = 130
    attachment = Attachment("file-1", "receipt.pdf", "application/pdf", 35_574)
    text_file = Attachment("file-2", "serials.csv", "text/csv", 22)
    text_in_file = b"serial;year\nA-77;2026\n"
    rights = tuple(right.value for right in Right)

    def setup_method(self) -> None:
        brand = Brand("demo", "agents-token", "the-bots-token", "https://gateway.example/webhooks/demo", SECRET)
        self.app = create_desk(DeskSettings((brand,), hosts=("desk.example",)), Unsent(()))
        self.desk: Desk = self.app.state.desk
        first = Entry(MARTA, "Where is my parcel?", attachments=(self.attachment, self.text_file))
        self.desk.contents["demo"][self.text_file.id] = self.text_in_file
        self.desk.open("demo", "Parcel late", first, MARTA, Change(["shipping"]))
        self.desk.open("demo", "A long story", Entry(MARTA, "Chapter 1"), MARTA, Change(["patience"]))
        for chapter in range(2, self.long_thread + 1):
            self.someone_writes(self.long_ticket_id, f"Chapter {chapter}", Role.REQUESTER, Visibility.PUBLIC)
        self.desk.articles["demo"] += [
            Article(str(n), f"How to {n}", "Like so.", BodyFormat.MARKDOWN, None, "en", n % 2 == 0, datetime.now(UTC))
            for n in range(1, 121)
        ]

    def sign(self, body: bytes, *, secret: str | None = None, at: datetime | None = None) -> Request:
        now = datetime.now(UTC)
        stamp = int((at or now).timestamp())
        delivery_id = "msg_" + hashlib.sha256(body).hexdigest()[:20]
        headers = [
            ("webhook-id", delivery_id),
            ("webhook-timestamp", str(stamp)),
            ("webhook-signature", sign_standard_webhooks(secret or SECRET, delivery_id, stamp, body)),
        ]
        return Request(headers, body, now)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        response = await httpx.ASGITransport(self.app).handle_async_request(request)
        return httpx.Response(response.status_code, headers=response.headers, content=await response.aread())

    def customer_would_see(self, request: httpx.Request) -> bool:
        if request.method == "GET":
            return False
        sent = json.loads(request.content)
        return "public" in {sent.get("visibility"), (sent.get("message") or {}).get("visibility")}

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        author = MARTA if role is Role.REQUESTER else AGENTS[0]
        self.desk.update(self.desk.ticket(ticket_id), author, Entry(author, text, visibility), NOTHING)

    def take_away(self, right: str) -> None:
        access: Access = self.app.state.access
        access.missing["demo"].add(Right(right))

    async def test_find_mark_ignores_a_colleague_with_the_same_client_ref(self, connector: Connector) -> None:
        note = self.action(InternalNote)
        entry = Entry(AGENTS[0], note.body, Visibility.INTERNAL, client_ref=note.mark.value)
        self.desk.update(self.desk.ticket(self.ticket_id), AGENTS[0], entry, NOTHING)

        assert await connector.find_mark(self.ticket_id, note.mark) is None
