"""Sign-in by OpenID Connect: the authorization code flow with PKCE, and an ID token that is checked in every part."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

from connectors.errors import Misconfigured
from connectors.http import only_outside
from gateway.errors import NotAuthentic, SignInUnavailable

TIMEOUT = 10.0  # seconds for each call to the provider
LEEWAY = 60  # seconds that clocks may differ
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider, and what we are to it. Without `allow_private_network` it is outside and speaks https, and
    so does everything that it sends us to."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    groups_claim: str = "groups"
    scope: str = "openid email profile"
    allow_private_network: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for. `email` is one that it calls verified, or says nothing against."""

    email: str
    name: str
    groups: Sequence[str]


class SignIn:
    """One sign-in at a time: where to go, and who came back."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._metadata: dict[str, Any] = {}

    async def begin(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """The provider's address to send the browser to. Raises SignInUnavailable."""
        metadata = await self._told()
        async with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
            return str(url)

    async def end(self, redirect_uri: str, code: str, nonce: str, verifier: str) -> Identity:
        """Who came back with the code. Raises NotAuthentic, SignInUnavailable."""
        metadata = await self._told()
        async with self._client(redirect_uri) as client:
            try:
                token = await client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=verifier)
                keys = (await client.request("GET", metadata["jwks_uri"], withhold_token=True)).json()
            except Exception as error:
                raise _unavailable(self.provider, error) from None
        return self._identity(token, keys, nonce)

    def _identity(self, token: dict[str, Any], keys: Any, nonce: str) -> Identity:
        try:
            from authlib.oidc.core import CodeIDToken

            decoded = jwt.decode(str(token.get("id_token", "")), KeySet.import_key_set(keys), algorithms=ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self._metadata["issuer"]},
                    "aud": {"essential": True, "value": self.provider.client_id},
                    "nonce": {"essential": True, "value": nonce},
                },
                {"client_id": self.provider.client_id, "nonce": nonce},
            )
            claims.validate(leeway=LEEWAY)
        except Exception as error:
            raise NotAuthentic(f"the identity provider's token is not valid ({type(error).__name__})") from None
        email = claims.get("email")
        if not isinstance(email, str) or "@" not in email or claims.get("email_verified") is False:
            raise NotAuthentic("the identity provider tells no verified mail address, so nobody can be recognised")
        groups = claims.get(self.provider.groups_claim)
        named = [one for one in groups if isinstance(one, str)] if isinstance(groups, list) else []
        return Identity(email, str(claims.get("name") or email), named)

    async def _told(self) -> dict[str, Any]:
        """What the provider publishes of itself, asked for once."""
        if not self._metadata:
            address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            async with self._client(None) as client:
                try:
                    found = (await client.request("GET", address, withhold_token=True)).raise_for_status().json()
                    issuer = str(found["issuer"])
                    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                        if urlsplit(str(found[name])).scheme not in self._schemes():
                            raise Misconfigured(f"its {name} is not reached over https")
                except Exception as error:
                    raise _unavailable(self.provider, error) from None
            if issuer.rstrip("/") != self.provider.issuer.rstrip("/"):
                raise SignInUnavailable("the identity provider calls itself by another name than sign_in.issuer")
            self._metadata = found
        return self._metadata

    def _schemes(self) -> tuple[str, ...]:
        return ("https", "http") if self.provider.allow_private_network else ("https",)

    def _client(self, redirect_uri: str | None) -> Any:
        """Loaded with the first sign-in: it is not needed to take deliveries."""
        with warnings.catch_warnings(record=True):  # it would rather use a client that nobody else here uses
            from authlib.integrations.httpx_client import AsyncOAuth2Client
        return AsyncOAuth2Client(
            self.provider.client_id,
            self.provider.client_secret,
            scope=self.provider.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT,
            event_hooks={"request": [only_outside(allow_private_network=self.provider.allow_private_network)]},
        )


def _unavailable(provider: Provider, error: Exception) -> SignInUnavailable:
    if isinstance(error, Misconfigured):
        return SignInUnavailable(
            f"the identity provider at {provider.issuer} leads into a private network, or is not reached over https",
            remedy="Set allow_private_network: true in sign_in of countersign.yaml if that is intended",
        )
    return SignInUnavailable(
        f"the identity provider at {provider.issuer} did not answer as expected ({type(error).__name__})",
        remedy="Try again; if it stays, check sign_in in countersign.yaml",
    )
