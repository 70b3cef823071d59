"""A small identity provider on loopback: it signs for whoever is told it to, and can lie in each part."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})


class Provider:
    """`claims` go over those of a truthful token; `key` signs it."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.claims: dict[str, Any] = {}
        self.key = KEY
        self.asked: dict[str, str] = {}
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self._configuration)
        self.app.get("/authorize")(self._authorize)
        self.app.post("/token")(self._token)
        self.app.get("/keys")(lambda: {"keys": [KEY.as_dict(private=False)]})

    def _configuration(self) -> dict[str, str]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def _authorize(self, request: Request) -> RedirectResponse:
        self.asked = dict(request.query_params)
        back = urlencode({"code": "a-code", "state": self.asked["state"]})
        return RedirectResponse(f"{self.asked['redirect_uri']}?{back}")

    async def _token(self, request: Request) -> JSONResponse:
        given = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        assert given["code"] == "a-code"
        assert given["code_verifier"]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "countersign",
            "sub": "1",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked.get("nonce"),
            "email": "ann@acme.example",
            "email_verified": True,
            "name": "Ann Agent",
            "groups": ["sso-leads"],
            **self.claims,
        }
        told = {key: value for key, value in claims.items() if value is not None}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, told, self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})


@contextmanager
def provider() -> Iterator[Provider]:
    """The provider, answering as long as the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        made = Provider(listener.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(made.app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield made
        server.should_exit = True
        thread.join()


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
