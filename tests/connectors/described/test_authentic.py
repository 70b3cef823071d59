"""Ways in which a delivery proves where it comes from, beyond those of the two examples."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Capability, Request
from connectors.described.load import Mistakes
from connectors.errors import Malformed, Misconfigured, SignatureInvalid
from tests.connectors.described.describing import connect

BODY = b'{"case": 4711, "opened": "a", "changed": "b", "entry": {"no": 5}}'
SECRET = "a-secret-to-sign-with"
PLAIN = {"hmac": {"header": "X-Signature"}}
TIMED = {
    "hmac": {
        "header": "X-Signature",
        "algorithm": "sha512",
        "encoding": "base64",
        "prefix": "v1=",
        "message": "${timestamp}:${header.X-Delivery}:${body}",
        "timestamp": {"header": "X-Time", "tolerance": "2m"},
    }
}


def timed(body: bytes = BODY, *, secret: str = SECRET, at: datetime | None = None, stamp: str | None = None) -> Request:
    now = datetime.now(UTC)
    told = stamp or str(int((at or now).timestamp()))
    digest = hmac.new(secret.encode(), f"{told}:d-1:".encode() + body, hashlib.sha512).digest()
    signature = "v1=" + base64.b64encode(digest).decode()
    return Request([("X-Signature", signature), ("X-Time", told), ("X-Delivery", "d-1")], body, now)


def plain(body: bytes, key: bytes = SECRET.encode()) -> Request:
    return Request([("X-Signature", hmac.new(key, body, hashlib.sha256).hexdigest())], body, datetime.now(UTC))


def refused(connector: Any, request: Request) -> None:
    with pytest.raises(SignatureInvalid):
        connector.receive(request)


def with_header(request: Request, name: str, value: str) -> Request:
    return Request(
        [(key, value if key == name else kept) for key, kept in request.headers], request.body, request.received_at
    )


def test_the_body_alone_is_signed_unless_something_else_is_described(tmp_path: Path) -> None:
    connector = connect(tmp_path, secret=SECRET, deliveries__authentic=PLAIN)

    assert connector.receive(plain(BODY)).events
    assert Capability.SIGNED_WEBHOOK in connector.capabilities
    for position in range(len(BODY)):
        spoiled = bytearray(BODY)
        spoiled[position] ^= 1
        refused(connector, Request(plain(BODY).headers, bytes(spoiled), datetime.now(UTC)))


def test_every_byte_of_a_described_message_matters(tmp_path: Path) -> None:
    connector = connect(tmp_path, secret=SECRET, deliveries__authentic=TIMED)
    good = timed()

    assert connector.receive(good).events
    for name, value in good.headers:
        for position, character in enumerate(value):
            refused(
                connector, with_header(good, name, value[:position] + chr(ord(character) ^ 1) + value[position + 1 :])
            )
        refused(connector, with_header(good, name, ""))
        refused(connector, Request([*good.headers, (name, value)], BODY, good.received_at))
    refused(connector, timed(secret="another"))


def test_a_time_beyond_the_tolerance_is_refused(tmp_path: Path) -> None:
    connector = connect(tmp_path, secret=SECRET, deliveries__authentic=TIMED)
    now = datetime.now(UTC)

    assert connector.receive(timed(at=now - timedelta(seconds=90))).events
    refused(connector, timed(at=now - timedelta(minutes=3)))
    refused(connector, timed(at=now + timedelta(minutes=3)))


def test_times_in_milliseconds_and_in_iso_8601_are_read(tmp_path: Path) -> None:
    connector = connect(tmp_path, secret=SECRET, deliveries__authentic=TIMED)
    now = datetime.now(UTC)

    assert connector.receive(timed(stamp=str(int(now.timestamp() * 1000)))).events
    assert connector.receive(timed(stamp=now.isoformat())).events
    for odd in ("yesterday", "99999999999999999999", "-5", "١٢٣"):
        refused(connector, timed(stamp=odd))


def test_a_key_may_be_written_in_base64_or_hex(tmp_path: Path) -> None:
    key = bytes(range(32))
    for form, secret in (("base64", base64.b64encode(key).decode()), ("hex", key.hex())):
        described = {"hmac": {"header": "X-Signature", "key": form}}
        assert connect(tmp_path, secret=secret, deliveries__authentic=described).receive(plain(BODY, key)).events
        with pytest.raises(Misconfigured, match=f"is not {form}"):
            connect(tmp_path, secret="not ! one", deliveries__authentic=described)


def test_a_password_is_checked_as_basic(tmp_path: Path) -> None:
    connector = connect(tmp_path, secret="old,new", deliveries__authentic={"basic": "desk"})

    def basic(user: str, password: str) -> Request:
        told = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        return Request([("authorization", told)], BODY, datetime.now(UTC))

    assert connector.receive(basic("desk", "old")).events
    assert connector.receive(basic("desk", "new")).events
    assert Capability.GUARDED_WEBHOOK in connector.capabilities
    for user, password in (("desk", "other"), ("other", "old"), ("desk", ""), ("desk", "old,new")):
        refused(connector, basic(user, password))


def test_nothing_is_read_of_a_delivery_that_is_not_authentic(tmp_path: Path) -> None:
    connector = connect(tmp_path, secret=SECRET, deliveries__authentic=PLAIN)

    refused(connector, Request([("X-Signature", "0" * 64)], b"{", datetime.now(UTC)))
    with pytest.raises(Malformed):
        connector.receive(plain(b"{"))


@pytest.mark.parametrize(
    ("authentic", "said"),
    [
        ({}, "exactly one"),
        ({"basic": "desk", "header": {"name": "X"}}, "exactly one"),
        ({"standard_webhooks": False}, "standard_webhooks"),
        ({"hmac": {"header": "X", "message": "${timestamp}"}}, "needs ${body} once"),
        ({"hmac": {"header": "X", "message": "${body}${body}"}}, "needs ${body} once"),
        ({"hmac": {"header": "X", "message": "${timestamp}.${body}"}}, "a time that is not signed"),
        ({"hmac": {"header": "X", "timestamp": {"header": "T"}}}, "a time that is not signed"),
        ({"hmac": {"header": "X", "message": "${bodyy}${body}"}}, "a signed message is made of"),
        ({"hmac": {"header": "X", "algorithm": "md5"}}, "'md5'"),
        ({"hmac": {"header": "X: y"}}, "not the name of a header"),
        ({"basic": "de:sk"}, "basic"),
    ],
)
def test_a_way_that_proves_nothing_is_refused(tmp_path: Path, authentic: dict[str, Any], said: str) -> None:
    with pytest.raises(Mistakes) as caught:
        connect(tmp_path, deliveries__authentic=authentic)

    assert said in str(caught.value)
