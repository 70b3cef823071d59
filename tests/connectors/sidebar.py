"""Who looks at a ticket is believed only when the help desk signed it: for us, here, now, and with the one key."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from connectors.contract import Agent, Capability, Connector, Identifies, Request
from connectors.errors import ConnectorError, SignatureInvalid
from tests.connectors.questions import Questions

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
KEY = RSAKey.generate_key(2048)
OTHER_KEY = RSAKey.generate_key(2048)
PUBLIC = KEY.as_pem(private=False).decode()


class SidebarPromises(Questions):
    """For help desks with `Capability.SIGNED_SIDEBAR` whose token is a JWT in the form field `token`. The account has
    `PUBLIC` as its key. Answers: `agent_id`, whom `claims(at)` names, who opens the page at that time; `lies`, what a
    truthful token never says; `needed`, the claims without which nothing is believed."""

    agent_id: ClassVar[str]
    lies: ClassVar[Mapping[str, Mapping[str, Any]]]
    needed: ClassVar[tuple[str, ...]]

    def claims(self, at: datetime) -> dict[str, Any]:
        raise NotImplementedError

    @pytest.fixture
    def door(self, connector: Connector) -> Identifies:
        assert {Capability.SIDEBAR, Capability.SIGNED_SIDEBAR} <= connector.capabilities
        return cast(Identifies, connector)

    def token(self, *, key: RSAKey = KEY, header: Mapping[str, Any] | None = None, **lies: Any) -> str:
        told = {name: value for name, value in {**self.claims(NOW), **lies}.items() if value is not None}
        return jwt.encode({"alg": "RS256", "typ": "JWT", **(header or {})}, told, key)

    async def refused(self, door: Identifies, request: Request) -> None:
        with pytest.raises(SignatureInvalid) as error:
            await door.identify(request)
        assert self.agent_id not in str(error.value)

    async def test_the_agent_is_the_one_whom_the_help_desk_names(self, door: Identifies) -> None:
        assert await door.identify(opening(self.token())) == Agent(self.agent_id)

    async def test_one_changed_character_anywhere_makes_it_nobody(self, door: Identifies) -> None:
        token = self.token()
        body = token.rindex(".") + 1
        last = len(token) - 1  # its last bits say nothing, so that another character may mean the same
        for position in (*range(0, body, 11), *range(body, last, 29)):
            changed = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
            await self.refused(door, opening(changed))

    async def test_another_key_is_refused_also_when_the_token_brings_it_along(self, door: Identifies) -> None:
        await self.refused(door, opening(self.token(key=OTHER_KEY)))
        brought = {"jwk": OTHER_KEY.as_dict(private=False)}
        await self.refused(door, opening(self.token(key=OTHER_KEY, header=brought)))

    async def test_expired_and_so_a_replay_later_is_refused(self, door: Identifies) -> None:
        request = opening(self.token())
        await door.identify(request)
        await self.refused(door, replace(request, received_at=NOW + timedelta(days=1)))

    async def test_from_the_future_is_refused(self, door: Identifies) -> None:
        await self.refused(door, opening(self.token(), at=NOW - timedelta(hours=1)))
        await self.refused(door, opening(self.token(nbf=int((NOW + timedelta(hours=1)).timestamp()))))

    async def test_what_is_for_others_or_from_others_is_refused(self, door: Identifies) -> None:
        for what, claims in self.lies.items():
            with pytest.raises(SignatureInvalid):
                print(what, await door.identify(opening(self.token(**claims))))  # noqa: T201

    async def test_a_token_that_leaves_something_out_is_refused(self, door: Identifies) -> None:
        for name in self.needed:
            await self.refused(door, opening(self.token(**{name: None})))

    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
    async def test_unsigned_is_refused_under_every_name(self, door: Identifies, algorithm: str) -> None:
        unsigned = f"{part({'alg': algorithm})}.{part(self.claims(NOW))}."
        await self.refused(door, opening(unsigned))

    @pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512", "RS256", "ES256"])
    async def test_the_public_key_is_no_secret_to_sign_with(self, door: Identifies, algorithm: str) -> None:
        signed = f"{part({'alg': algorithm})}.{part(self.claims(NOW))}"
        digest = {"HS384": hashlib.sha384, "HS512": hashlib.sha512}.get(algorithm, hashlib.sha256)
        for key in (PUBLIC, PUBLIC.strip(), f"{PUBLIC.strip()}\n\n"):
            mac = hmac.new(key.encode(), signed.encode(), digest).digest()
            await self.refused(door, opening(f"{signed}.{in_base64(mac)}"))

    async def test_the_same_key_under_another_algorithm_is_refused(self, door: Identifies) -> None:
        for algorithm in ("RS384", "RS512", "PS256"):
            other = jwt.encode({"alg": algorithm}, self.claims(NOW), KEY, algorithms=[algorithm])
            await self.refused(door, opening(other))

    @pytest.mark.parametrize(
        "body", [b"", b"token=", b"token=a.b.c", b"\xff\xfe=\x00", b"token=" + b"a" * 100_000, b"a=1&" * 5000, b"{}"]
    )
    async def test_anything_else_is_an_error_of_ours_and_nobody(self, door: Identifies, body: bytes) -> None:
        with pytest.raises((ConnectorError, ValueError)) as error:
            await door.identify(Request((), body, NOW))
        assert isinstance(error.value, ConnectorError)

    async def test_two_tokens_are_nobodys(self, door: Identifies) -> None:
        body = urlencode([("token", self.token()), ("token", self.token())]).encode()
        await self.refused(door, Request((), body, NOW))


def opening(token: str, at: datetime = NOW) -> Request:
    """The help desk opens our page with this token."""
    headers = [("content-type", "application/x-www-form-urlencoded")]
    return Request(headers, urlencode({"token": token}).encode(), at)


def part(value: Mapping[str, Any]) -> str:
    return in_base64(json.dumps(value).encode())


def in_base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
