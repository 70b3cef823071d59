"""Reads what is in an attached file: from the account's own server, and never elsewhere with its credentials."""

from urllib.parse import urljoin

import httpx

from connectors.errors import Rejected
from connectors.http import HttpClient, Moved


async def read_link(http: HttpClient, address: str | None, limit: int, *, store: str | None = None) -> bytes:
    """The first `limit` bytes of a file by its address. A redirect is followed once, as a stranger, and only over
    https to a host below `store`, where the vendor keeps its files."""
    if not address:
        raise Rejected("the file has no address")
    try:
        return await http.first_bytes(address, limit)
    except Moved as moved:
        link = _link(urljoin(f"{http.base_url}/", moved.location))
        if store is None or link.scheme != "https" or not link.host.endswith(f".{store}"):
            raise Rejected(str(moved), status=moved.status) from None
    stranger = HttpClient(f"https://{link.netloc.decode('ascii')}")
    try:
        return await stranger.first_bytes(str(link), limit)
    finally:
        await stranger.close()


def _link(address: str) -> httpx.URL:
    try:
        link = httpx.URL(address)
    except httpx.InvalidURL:
        link = httpx.URL("")
    return link if not link.userinfo else httpx.URL("")
