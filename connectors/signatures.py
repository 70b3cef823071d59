"""Signature checks, in constant time. A check answers nothing: it returns, or raises `SignatureInvalid`."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

from connectors.contract import Account, Request
from connectors.errors import SignatureInvalid

TOLERANCE = timedelta(seconds=300)  # Standard Webhooks 1.0: refuse what is older or newer


def live_secrets(account: Account, role: str = "webhook_secret") -> tuple[str, ...]:
    """The account's webhook secrets: none, one, or two with a comma between them while one takes the other's place."""
    given = account.secrets.get(role, "").split(",")
    return tuple(secret for part in given if (secret := part.strip()))


def require(value: str | None, what: str) -> str:
    """The value, or a refusal that names (to the admin's log) what was missing."""
    if not value:
        raise SignatureInvalid(f"{what} is missing or ambiguous")
    return value


def fresh(stamp: datetime, now: datetime, tolerance: timedelta = TOLERANCE) -> None:
    """Refuse a delivery from another time: replays, and clocks that are badly off."""
    if abs(now - stamp) > tolerance:
        raise SignatureInvalid(f"signed {(now - stamp).total_seconds():.0f} s ago; at most {tolerance.seconds} s")


def same(expected: Iterable[bytes], given: bytes) -> None:
    """Accept when one of the expected values matches; every one is compared, so that time tells nothing."""
    matches = [hmac.compare_digest(value, given) for value in expected]
    if not any(matches):
        raise SignatureInvalid("the signature does not match the body")


def shared_secret(request: Request, name: str, secrets: Iterable[str]) -> None:
    """Accept a delivery that carries one of the secrets in a header, where a vendor can sign nothing.

    It proves who sent the delivery and nothing about the body, which is believed as a pointer alone.
    """
    given = require(request.header(name), f"header {name}")
    expected = [secret.encode() for secret in secrets]
    if not expected:
        raise SignatureInvalid("the account has no webhook_secret, so no delivery can be authentic")
    matches = [hmac.compare_digest(value, given.encode(errors="replace")) for value in expected]
    if not any(matches):
        raise SignatureInvalid(f"header {name} does not hold the account's webhook_secret")


def standard_webhooks(request: Request, secrets: Iterable[str]) -> str:
    """Check a delivery signed by the Standard Webhooks scheme; returns its `webhook-id`.

    Several secrets are live during a rotation. Source: Standard Webhooks specification 1.0.0.
    """
    message_id = require(request.header("webhook-id"), "header webhook-id")
    stamp = require(request.header("webhook-timestamp"), "header webhook-timestamp")
    given = require(request.header("webhook-signature"), "header webhook-signature")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise SignatureInvalid("header webhook-timestamp is not a Unix time")
    fresh(datetime.fromtimestamp(int(stamp), request.received_at.tzinfo), request.received_at)
    expected = [sign_standard_webhooks(secret, message_id, int(stamp), request.body) for secret in secrets]
    if not expected:
        raise SignatureInvalid("the account has no webhook secret")
    matches = [hmac.compare_digest(ours.encode(), item.encode()) for item in given.split(" ")[:16] for ours in expected]
    if not any(matches):
        raise SignatureInvalid("the signature does not match the body")
    return message_id


def sign_standard_webhooks(secret: str, message_id: str, stamp: int, body: bytes) -> str:
    """The `v1` signature of a body. `secret` is `whsec_` and base64, with or without padding."""
    key = _decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _decode(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret + "=" * (-len(secret) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureInvalid("the webhook secret is not base64") from None
    if not key:
        raise SignatureInvalid("the webhook secret is empty")
    return key
