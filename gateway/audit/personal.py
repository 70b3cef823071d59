"""What the record needs of personal text: beside it, encrypted with a key per requester, so that it can be erased."""

import hmac
import json
import os
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def encrypted(key: bytes, told: Mapping[str, Any]) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, json.dumps(dict(told)).encode(), None)


def decrypted(key: bytes, kept: bytes) -> Any:
    """None where the key is another one, or the text was changed."""
    try:
        return json.loads(AESGCM(key).decrypt(kept[:NONCE], kept[NONCE:], None))
    except (InvalidTag, ValueError):
        return None


def hash_of(kept: bytes) -> str:
    """Of the encrypted text: it says nothing about what was encrypted."""
    return sha256(kept).hexdigest()


def pseudonym(secret: str, account: str, requester: str) -> str:
    """What an erased requester is called from then on. Only who has the secret can tell whether it is a given one."""
    told = json.dumps([account, requester]).encode()
    return "erased:" + hmac.new(b"countersign.erased\x00" + secret.encode(), told, sha256).hexdigest()[:24]
