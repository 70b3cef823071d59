"""What an HTTP answer means in our words: its status as one of our errors, its body as JSON, both in bounds."""

import json
import re
import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from connectors.errors import (
    AuthFailed,
    ConnectorError,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
    WriteConflict,
)
from connectors.limits import answered_at, retry_after

LONGEST_ANSWER = 32 * 1024 * 1024  # bytes, unpacked
MACHINE_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}", re.ASCII)
HELD = (423, 477)  # locked by another call; moving to another data centre (HubSpot): in a while it goes through
TOO_OFTEN = "REQUEST_LIMIT_EXCEEDED"  # Salesforce says so with 403, which elsewhere is a missing right


class TooLong(Exception):
    """The body does not fit, or is packed in a way that we did not ask for."""


class Cut(Exception):
    """The body ended in the middle of its packing."""


async def unpacked(chunks: AsyncIterator[bytes], encoding: str, limit: int = LONGEST_ANSWER) -> bytes:
    """The whole body, of at most `limit` bytes, without ever unpacking more than that. Raises `TooLong`, `Cut`."""
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise TooLong(f"it is packed as {MACHINE_CODE.fullmatch(encoding) and encoding}, which was not asked for")
    packer = zlib.decompressobj(wbits=31) if encoding.endswith("gzip") else None
    body = bytearray()
    seen = 0
    async for chunk in chunks:
        seen += len(chunk)
        try:
            body += packer.decompress(chunk, limit + 1 - len(body)) if packer else chunk
        except zlib.error:
            raise Cut from None
        if len(body) > limit:
            raise TooLong(f"it is longer than {limit} bytes")
    if packer and seen and not packer.eof:
        raise Cut
    return bytes(body)


async def beginning(chunks: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """The first `limit` bytes of a body; the rest is neither unpacked nor waited for. Raises `TooLong`, `Cut`."""
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise TooLong("it is packed in a way that was not asked for")
    packer = zlib.decompressobj(wbits=31) if encoding.endswith("gzip") else None
    body = bytearray()
    async for chunk in chunks:
        try:
            body += packer.decompress(chunk, limit - len(body)) if packer else chunk
        except zlib.error:
            raise Cut from None
        if len(body) >= limit:
            break
    return bytes(body[:limit])


def read_json(body: bytes, what: str, *, write: bool) -> Any:
    """The document in a successful answer; None where it is empty. Raises `Unavailable` for anything else."""
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unavailable(f"{what}: the answer is not JSON", may_be_stored=write) from None


def failure(what: str, status: int, headers: Mapping[str, str], body: bytes, *, write: bool) -> ConnectorError:
    """The vendor's status as our error. Its body is quoted only as far as a machine code, never as text."""
    code = _code(body)
    said = f"{what}: {status} {code}".rstrip()
    wait = retry_after(headers.get("retry-after") or headers.get("x-ratelimit-retry-after"), answered_at(headers))
    if status == 403 and code == TOO_OFTEN:
        return RateLimited(said, status=status, retry_after=wait)
    if status in (401, 403):
        return AuthFailed(said, status=status)
    if status in (404, 410):
        return NotFound(said, status=status)
    if status in (409, 412):
        return WriteConflict(said, status=status)
    if status == 429:
        return RateLimited(said, status=status, retry_after=wait)
    if status >= 500 or status in (408, 425, *HELD):
        # A 503 that names a time was refused before work began; other 5xx answers may come after it was stored.
        stored = write and not (status in HELD or (status == 503 and wait is not None))
        return Unavailable(said, status=status, retry_after=wait, may_be_stored=stored)
    if 300 <= status < 400:
        return Rejected(f"{said}: redirects are not followed; correct base_url", status=status)
    return Rejected(said, status=status)


def _code(body: bytes) -> str:
    """A short machine code out of an error body, such as `RecordInvalid`; free text may hold personal data."""
    try:
        data = json.loads(body[:65536])
    except (ValueError, RecursionError):
        return ""
    if isinstance(data, list) and data:
        data = data[0]  # Salesforce lists its errors
    for key in ("error", "errorCode", "code", "type"):
        value = data.get(key) if isinstance(data, dict) else None
        if isinstance(value, str) and MACHINE_CODE.fullmatch(value):
            return value
    return ""
