"""What arrived and what was stored, so that a crash test can say "exactly one note"."""

import json
import re
from collections import Counter, defaultdict
from typing import Any

from connectors.contract import Message

WRITES = re.compile(r"/api/tickets/(?P<ticket>[^/]+)(?:/messages)?")


class Counters:
    """Per ticket: how often a message was received and stored, by its text and by its `client_ref`."""

    def __init__(self) -> None:
        self._received: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        self._stored: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)

    def received(self, path: str, body: bytes) -> None:
        """A write reached the desk, whatever becomes of it."""
        found = WRITES.fullmatch(path)
        message = _message(body) if found else None
        if found and message:
            self._received[found["ticket"]].update(_keys(message.get("body"), message.get("client_ref")))

    def stored(self, ticket_id: str, message: Message) -> None:
        self._stored[ticket_id].update(_keys(message.body, message.mark))

    def told(self) -> dict[str, Any]:
        tickets = sorted({*self._received, *self._stored})
        return {
            ticket: {"by_text": self._by(ticket, "text"), "by_client_ref": self._by(ticket, "client_ref")}
            for ticket in tickets
        }

    def _by(self, ticket: str, kind: str) -> dict[str, dict[str, int]]:
        received, stored = self._received[ticket], self._stored[ticket]
        keys = [key for key in {**received, **stored} if key[0] == kind]
        return {key[1]: {"received": received[key], "stored": stored[key]} for key in keys}


def _message(body: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    message = data.get("message", data) if isinstance(data, dict) else None
    return message if isinstance(message, dict) else None


def _keys(text: object, client_ref: object) -> list[tuple[str, str]]:
    named = (("text", text), ("client_ref", client_ref))
    return [(kind, value) for kind, value in named if isinstance(value, str) and value]
