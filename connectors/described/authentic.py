"""Who sent a delivery: Standard Webhooks, an HMAC over a described message, a secret header, or a password."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import PlainValidator, StringConstraints, WithJsonSchema, model_validator

from connectors import signatures
from connectors.contract import Request
from connectors.described.fields import Duration, HeaderName, Keys
from connectors.errors import SignatureInvalid
from connectors.values import moment

NAMED = re.compile(r"\$\{(body|timestamp|header\.[A-Za-z0-9-]{1,100})\}", re.ASCII)
UNIX_TIME = re.compile(r"[0-9]{1,13}", re.ASCII)
MILLISECONDS = 12  # digits from which a Unix time counts those
Algorithm = Literal["sha1", "sha256", "sha384", "sha512"]
Short = Annotated[str, StringConstraints(max_length=100)]
User = Annotated[str, StringConstraints(pattern=r"^[^:\s]{1,100}$")]


def _message(value: object) -> tuple[str, ...]:
    """The parts of a signed message: literal, name, literal, name, ..., literal."""
    parts = NAMED.split(str(value))
    for literal in parts[::2]:
        if "${" in literal:
            raise ValueError("a signed message is made of ${body}, ${timestamp} and ${header.X-Name}")
    if parts[1::2].count("body") != 1:
        raise ValueError("the signed message needs ${body} once, or the body could be anything")
    return tuple(parts)


class Stamp(Keys):
    """When it was signed: Unix time or ISO 8601 in a header."""

    header: HeaderName
    tolerance: Duration = timedelta(minutes=5)


class Hmac(Keys):
    """`prefix`: what stands before the signature in its header, such as `sha256=`."""

    header: HeaderName
    algorithm: Algorithm = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: Short = ""
    message: Annotated[tuple[str, ...], PlainValidator(_message), WithJsonSchema({"type": "string"})] = ("", "body", "")
    key: Literal["text", "base64", "hex"] = "text"
    timestamp: Stamp | None = None

    @model_validator(mode="after")
    def _signs_its_time(self) -> Self:
        if (self.timestamp is not None) != ("timestamp" in self.message[1::2]):
            raise ValueError("a time that is not signed proves nothing: name its header in `timestamp`, and put "
                             "${timestamp} into `message`")  # fmt: skip
        return self


class SharedHeader(Keys):
    name: HeaderName
    prefix: Short = ""


class Authentic(Keys):
    """Exactly one of these."""

    standard_webhooks: Literal[True] | None = None
    hmac: Hmac | None = None
    header: SharedHeader | None = None
    basic: User | None = None  # the user's name; the password is the secret

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("give exactly one of standard_webhooks, hmac, header, basic")
        return self

    @property
    def signs_the_body(self) -> bool:
        return self.header is None and self.basic is None

    def __str__(self) -> str:
        if self.hmac is not None:
            return f"HMAC-{self.hmac.algorithm.upper()} in header {self.hmac.header}"
        if self.header is not None:
            return f"the shared secret in header {self.header.name}; it says nothing of the body"
        if self.basic is not None:
            return f"user {self.basic} and a password; they say nothing of the body"
        return "Standard Webhooks: header webhook-signature"


def authenticate(request: Request, how: Authentic, secrets: Sequence[str]) -> str | None:
    """Raises SignatureInvalid. Returns the delivery's id where the scheme has one."""
    if how.standard_webhooks:
        return signatures.standard_webhooks(request, secrets)
    if not secrets:
        raise SignatureInvalid("the account has no webhook_secret, so no delivery can be authentic")
    if how.hmac is not None:
        _signed(request, how.hmac, secrets)
    elif how.header is not None:
        given = _required(request, how.header.name)
        signatures.same([(how.header.prefix + secret).encode() for secret in secrets], given.encode())
    else:
        given = _required(request, "Authorization")
        users = [base64.b64encode(f"{how.basic}:{secret}".encode()) for secret in secrets]
        signatures.same([b"Basic " + user for user in users], given.encode())
    return None


def check_secret(how: Authentic, secret: str) -> None:
    """Raises ValueError, which does not tell the secret, where deliveries could never be checked with it."""
    try:
        if how.standard_webhooks:
            signatures.sign_standard_webhooks(secret, "msg_0", 0, b"")
        elif how.hmac is not None and not _key(how.hmac, secret):
            raise ValueError
    except (SignatureInvalid, ValueError):
        kind = "whsec_ and base64" if how.standard_webhooks else how.hmac.key if how.hmac else "a text"
        raise ValueError(f"the secret webhook_secret is not {kind}") from None


def sign(how: Hmac, secret: str, request: Request) -> str:
    """The value that the signature's header must have."""
    digest = hmac.new(
        _key(how, secret), b"".join(_signed_parts(how, request)), getattr(hashlib, how.algorithm)
    ).digest()
    return how.prefix + (digest.hex() if how.encoding == "hex" else base64.b64encode(digest).decode())


def _signed(request: Request, how: Hmac, secrets: Sequence[str]) -> None:
    given = _required(request, how.header)
    signatures.same([sign(how, secret, request).encode() for secret in secrets], given.encode(errors="replace"))
    if how.timestamp is not None:
        stamp = _time(_required(request, how.timestamp.header))
        if stamp is None:
            raise SignatureInvalid(f"header {how.timestamp.header} is not a time")
        signatures.fresh(stamp, request.received_at, how.timestamp.tolerance)


def _signed_parts(how: Hmac, request: Request) -> Iterator[bytes]:
    for number, part in enumerate(how.message):
        if number % 2 == 0:
            yield part.encode()
        elif part == "body":
            yield request.body
        else:
            header = how.timestamp.header if part == "timestamp" and how.timestamp else part.removeprefix("header.")
            yield _required(request, header).encode(errors="replace")


def _required(request: Request, name: str) -> str:
    return signatures.require(request.header(name), f"header {name}")


def _time(text: str) -> datetime | None:
    if UNIX_TIME.fullmatch(text):
        return datetime.fromtimestamp(int(text) / (1000 if len(text) >= MILLISECONDS else 1), UTC)
    return moment(text)


def _key(how: Hmac, secret: str) -> bytes:
    try:
        if how.key == "base64":
            return base64.b64decode(secret, validate=True)
        return bytes.fromhex(secret) if how.key == "hex" else secret.encode()
    except (binascii.Error, ValueError):
        raise SignatureInvalid(f"the webhook secret is not {how.key}") from None
