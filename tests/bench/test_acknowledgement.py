"""The sender of the bench, asked about a door that stalls."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from bench.acknowledgement import Order, begin, waits_of
from connectors.contract import Request
from connectors.signatures import standard_webhooks

SECRET = "whsec_c2VjcmV0IG9mIHRoZSBiZW5jaA=="


class Door(BaseHTTPRequestHandler):
    """Answers one delivery at a time, 20 ms each, and keeps what was sent."""

    arrived: ClassVar[list[tuple[list[tuple[str, str]], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.arrived.append((list(self.headers.items()), body))
        time.sleep(0.02)
        self.send_response(202)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests read what arrived."""


@pytest.fixture
def door() -> Iterator[str]:
    Door.arrived.clear()
    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/webhooks/bench"
    server.shutdown()
    server.server_close()


def test_a_door_that_is_too_slow_cannot_hide_it_by_receiving_less(door: str) -> None:
    waits = waits_of(begin(Order(door, SECRET, rate=100, seconds=0.5)))

    assert waits.accepted == waits.sent == 50
    assert waits.worst > 300  # 50 deliveries of 20 ms that were due within half a second


def test_every_delivery_is_signed_as_a_help_desk_signs_it_and_none_is_sent_twice(door: str) -> None:
    waits_of(begin(Order(door, SECRET, rate=50, seconds=0.2)))

    now = time.time()
    ids = [standard_webhooks(_request(headers, body, now), [SECRET]) for headers, body in Door.arrived]
    assert len(set(ids)) == len(ids) >= 10


def _request(headers: list[tuple[str, str]], body: bytes, now: float) -> Request:
    return Request(headers, body, datetime.fromtimestamp(now, UTC), "POST", {})
