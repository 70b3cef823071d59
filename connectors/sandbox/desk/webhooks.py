"""Tells each brand's endpoint what happened: thin, signed by Standard Webhooks 1.0, and again until it is accepted."""

import asyncio
import json
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from connectors.errors import ConnectorError, RetryLater
from connectors.http import HttpClient
from connectors.sandbox.desk.settings import Brand
from connectors.sandbox.desk.shapes import stamp
from connectors.sandbox.desk.tickets import Happening
from connectors.signatures import sign_standard_webhooks

KEPT = 20_000  # deliveries that the desk remembers, of some 300 bytes each
LONGEST_PAUSE = 120.0  # seconds; a Retry-After beyond it is cut
GONE = 410  # Standard Webhooks 1.0: the endpoint wants no more


@dataclass(slots=True)
class Delivery:
    """One webhook and what became of it. `outcomes`: a status or the name of an error, one for each try."""

    id: str
    brand: str
    type: str
    ticket_id: str
    body: bytes = field(repr=False)
    outcomes: list[str] = field(default_factory=list)
    state: str = "waiting"  # then delivered, or given up


class Webhooks:
    """Each event is a task of its own, because Standard Webhooks promises no order."""

    def __init__(self, retry_after: tuple[float, ...]) -> None:
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT)
        self._pauses = (0.0, *retry_after)
        self._lines: dict[str, HttpClient] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, brand: Brand, happening: Happening) -> None:
        """Begin to deliver, if the brand has an endpoint; returns at once."""
        if brand.webhook_url is None:
            return
        body = json.dumps(payload(happening), separators=(",", ":"), ensure_ascii=False).encode()
        delivery = Delivery(f"msg_{uuid.uuid4().hex}", brand.name, happening.type, happening.ticket_id, body)
        self.deliveries.append(delivery)
        self._begin(brand, delivery)

    def again(self, brand: Brand, delivery_id: str) -> bool:
        """Deliver once more, under the same id; False for a delivery that is not remembered."""
        for delivery in self.deliveries:
            if (delivery.id, delivery.brand) == (delivery_id, brand.name):
                delivery.state = "waiting"
                self._begin(brand, delivery)
                return True
        return False

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in self._lines.values():
            await line.close()

    def _begin(self, brand: Brand, delivery: Delivery) -> None:
        task = asyncio.create_task(self._deliver(brand, delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, brand: Brand, delivery: Delivery) -> None:
        asked_to_wait = 0.0
        for pause in self._pauses:
            await asyncio.sleep(min(max(pause, asked_to_wait), LONGEST_PAUSE))
            try:
                await self._post(brand, delivery)
            except ConnectorError as error:
                delivery.outcomes.append(str(error.status or "no answer"))
                if error.status == GONE:
                    break
                asked_to_wait = (error.retry_after or 0.0) if isinstance(error, RetryLater) else 0.0
            else:
                delivery.outcomes.append("accepted")
                delivery.state = "delivered"
                return
        delivery.state = "given up"

    async def _post(self, brand: Brand, delivery: Delivery) -> None:
        """One try: the same id and body as before, signed for this moment."""
        url = urlsplit(brand.webhook_url or "")
        origin = f"{url.scheme}://{url.netloc}"
        if (line := self._lines.get(origin)) is None:
            line = self._lines[origin] = HttpClient(origin, allow_private_network=True)
        now = int(time.time())
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign_standard_webhooks(brand.webhook_secret or "", delivery.id, now, delivery.body),
        }
        await line.send("POST", url.path or "/", content=delivery.body, headers=headers)


def payload(happening: Happening) -> dict[str, Any]:
    """A pointer to what happened: ids and who did it, never what was written."""
    data: dict[str, Any] = {
        "ticket": {"id": happening.ticket_id, "version": happening.version},
        "actor": {"type": happening.actor.role.value, "id": happening.actor.id},
    }
    if message := happening.message:
        data["message"] = {
            "id": message.id,
            "author": {"type": message.author.role.value, "id": message.author.id},
            "visibility": message.visibility.value,
            "client_ref": message.mark,
        }
    return {"type": happening.type, "timestamp": stamp(happening.at), "data": data}
