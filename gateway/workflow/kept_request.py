"""A request as it is kept for later: word for word, with what its signature needs, and without our secrets."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.contract import Request

# A connector that is mended may ask for more of the vendor's own headers than the one that failed. Those that a proxy
# on the way adds tell who called, and are nobody's business later.
VENDORS_OWN = re.compile(r"(x|webhook)-.*")
OF_THE_WAY = re.compile(r"x-(forwarded|real|client|request|original|envoy|amzn?|cloud|b3)\b.*")
SHORTEST_SECRET = 6  # characters; shorter ones occur in anything
HIDDEN = "\ufffc"  # stands where a secret stood
BASIC = "Basic "

Secrets = Mapping[str, str]  # by role; several live ones with a comma between them


@dataclass(frozen=True, slots=True)
class Overheard(Request):
    """A request that remembers which headers it was asked for: those are what the connector's check needs."""

    asked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, request: Request) -> "Overheard":
        return cls(request.headers, request.body, request.received_at, request.method, request.query)

    def header(self, name: str) -> str | None:
        self.asked.add(name.lower())
        return Request.header(self, name)


def keep(request: Overheard, secrets: Secrets) -> dict[str, Any]:
    """The request as content. A vendor that can only send a shared secret in a header sends it every time."""
    headers = [[name, _hidden(value, secrets)] for name, value in request.headers if _belongs(name.lower(), request)]
    query = {name: _hidden(value, secrets) for name, value in request.query.items()}
    return {"method": request.method, "query": query, "headers": headers, **_body(request.body)}


def restore(kept: Mapping[str, Any], received_at: datetime, secrets: Secrets) -> Request:
    """The request as it arrived, with the secrets of now in the place of hidden ones."""
    return Request(
        headers=[(name, _shown(value, secrets)) for name, value in kept["headers"]],
        body=base64.b64decode(kept["base64"]) if "base64" in kept else kept["text"].encode(),
        received_at=received_at,
        method=kept["method"],
        query={name: _shown(value, secrets) for name, value in kept["query"].items()},
    )


def _belongs(name: str, request: Overheard) -> bool:
    return name in request.asked or bool(VENDORS_OWN.fullmatch(name) and not OF_THE_WAY.fullmatch(name))


def _body(body: bytes) -> dict[str, str]:
    """As text where the database keeps it as it is: a signature counts every byte."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\x00"
    return {"base64": base64.b64encode(body).decode()} if "\x00" in text else {"text": text}


def _hidden(value: str, secrets: Secrets) -> dict[str, str]:
    plain = _from_basic(value)
    for role, secret in _live(secrets):
        if secret in value:
            return {"text": value.replace(secret, HIDDEN), "secret": role}
        if plain is not None and secret in plain:
            return {"basic": plain.replace(secret, HIDDEN), "secret": role}
    return {"text": value}


def _shown(kept: Mapping[str, str], secrets: Secrets) -> str:
    secret = next((value for role, value in _live(secrets) if role == kept.get("secret")), "")
    if "basic" in kept:
        return BASIC + base64.b64encode(kept["basic"].replace(HIDDEN, secret).encode()).decode()
    return kept["text"].replace(HIDDEN, secret) if "secret" in kept else kept["text"]


def _live(secrets: Secrets) -> Iterator[tuple[str, str]]:
    for role, given in secrets.items():
        for part in given.split(","):
            if len(secret := part.strip()) >= SHORTEST_SECRET:
                yield role, secret


def _from_basic(value: str) -> str | None:
    if not value.startswith(BASIC):
        return None
    try:
        return base64.b64decode(value.removeprefix(BASIC), validate=True).decode()
    except ValueError:
        return None
