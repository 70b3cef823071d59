"""Descriptions for tests: the example of the in-house desk, with parts changed."""

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

import connectors.described
from connectors.contract import Account, Request
from connectors.described.connector import DescribedConnector
from tests.connectors.described.inhouse.desk import KEY, PASSWORD, USER

EXAMPLE = Path(connectors.described.__file__).parent / "examples" / "inhouse.yaml"
AS_IT_IS: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text())
GONE = object()


def write(folder: Path, **changes: Any) -> Path:
    """The example with other values at some places, such as `deliveries__id="delivery.id"`; GONE takes a key away."""
    said = copy.deepcopy(AS_IT_IS)
    for place, value in changes.items():
        *way, last = place.split("__")
        part = said
        for step in way:
            part = part.setdefault(step, {})
        if value is GONE:
            del part[last]
        else:
            part[last] = value
    file = folder / "described.yaml"
    file.write_text(yaml.safe_dump(said, sort_keys=False))
    return file


def connect(folder: Path, *, secret: str = KEY, options: dict[str, Any] | None = None, **changes: Any) -> Any:
    """A connector of the example with some parts changed."""
    told = {"description": str(write(folder, **changes)), "values": {"user": USER}, **(options or {})}
    secrets = {"webhook_secret": secret, "password": PASSWORD}
    return DescribedConnector.connect(Account("acme", "https://cases.acme.example", secrets, told))


def delivery(body: bytes, *headers: tuple[str, str], at: datetime | None = None) -> Request:
    """One that the example's way of authentication accepts, with further headers."""
    return Request([("X-Desk-Key", KEY), *headers], body, at or datetime.now(UTC))
