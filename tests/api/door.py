"""The web process's application in this process, and deliveries signed as the sandbox signs them."""

import contextlib
import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import yaml
from pydantic import SecretStr

from connectors.signatures import sign_standard_webhooks
from gateway.app import create_app
from gateway.settings import Environment

SECRET = "whsec_" + b64encode(b"a secret that only the tests use").decode()
OWNER = {"team": "Tests", "contact": "tests@example.com"}
LARGEST = 4096  # bytes
ACCOUNT: dict[str, Any] = {
    "connector": "sandbox",
    "owner": OWNER,
    "base_url": "http://127.0.0.1:9",
    "allow_private_network": True,
    "secrets": {"webhook_secret": {"env": "ACME_SECRET"}, "api_token": {"env": "ACME_TOKEN"}},
}


def environment(folder: Path, **more: Any) -> Environment:
    """An environment with one account, `acme`. Its secrets are variables that the test must set."""
    file = folder / "countersign.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "accounts": {"acme": ACCOUNT}, **(more.pop("declared", None) or {})}))
    token = more.pop("admin_token", None)
    return Environment().model_copy(
        update={
            "config": file,
            "largest_delivery": LARGEST,
            "home": folder,
            "admin_token": SecretStr(token) if token else None,
            **more,
        }
    )


@contextlib.asynccontextmanager
async def door(
    settings: Environment, url: str, client: tuple[str, int] = ("127.0.0.1", 50_000)
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, which is started and stopped around the block."""
    app = create_app(settings, url)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=client)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asking:
            yield asking


def body(ticket: str = "1001", **more: Any) -> bytes:
    """A message of the requester."""
    message = {"id": "9", "author": {"type": "requester", "id": "r1"}, "visibility": "public"}
    data = {"ticket": {"id": ticket, "version": 1}, "message": message}
    return json.dumps({"type": "message.created", "timestamp": "2026-11-23T04:48:59Z", "data": data, **more}).encode()


def signed(content: bytes, *, message_id: str = "msg_1", secret: str = SECRET, ago: float = 0) -> dict[str, str]:
    stamp = int(time.time() - ago)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign_standard_webhooks(secret, message_id, stamp, content),
        "content-type": "application/json",
    }
