"""Signed tree heads: how many entries there were, what their tree's root was, and when. Signed with Ed25519."""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Head:
    """`key` is the public key in base64."""

    size: int
    at: datetime
    root: bytes
    signature: bytes
    key: str

    def as_json(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "at": _time(self.at),
            "root": self.root.hex(),
            "signature": b64encode(self.signature).decode(),
            "key": self.key,
        }

    @property
    def line(self) -> str:
        """As it stands in the file outside."""
        return json.dumps(self.as_json())

    @property
    def signed(self) -> bool:
        """Whether the signature is that of `key`; whose key it is, this does not tell."""
        try:
            key = Ed25519PublicKey.from_public_bytes(b64decode(self.key, validate=True))
            key.verify(self.signature, _said(self.size, self.at, self.root))
        except (InvalidSignature, ValueError):
            return False
        return True

    def trusted(self, keys: Collection[str]) -> bool:
        return self.key in keys and self.signed


class Signer:
    """Signs with a key that is made from a secret of this installation."""

    def __init__(self, secret: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(sha256(b"countersign.audit\x00" + secret.encode()).digest())
        self.key = b64encode(self._key.public_key().public_bytes_raw()).decode()

    def head(self, size: int, at: datetime, root: bytes) -> Head:
        return Head(size, at, root, self._key.sign(_said(size, at, root)), self.key)


class NotAHead(ValueError):
    """The text is no head."""


def head_of(told: Mapping[str, Any]) -> Head:
    """A head from its JSON. Raises NotAHead."""
    try:
        at, root, signature = datetime.fromisoformat(told["at"]), bytes.fromhex(told["root"]), told["signature"]
        if at.tzinfo is None:
            raise NotAHead("its time has no zone")
        return Head(int(told["size"]), at, root, b64decode(signature, validate=True), str(told["key"]))
    except (KeyError, TypeError, ValueError) as error:
        raise NotAHead(f"no head of a tree ({error})") from None


def read_heads(text: str) -> list[Head]:
    """The heads of a file: one JSON object a line. A last line that was cut while it was written is left out. Raises
    NotAHead with the line's number."""
    found: list[Head] = []
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(head_of(json.loads(line)))
        except (ValueError, AttributeError) as error:
            if number == len(lines) and not text.endswith("\n"):
                break
            raise NotAHead(f"line {number}: {error}") from None
    return found


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _said(size: int, at: datetime, root: bytes) -> bytes:
    return f"countersign audit head\n{size}\n{_time(at)}\n{root.hex()}\n".encode()
