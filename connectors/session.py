"""Calls with a token that is fetched with an app's id and secret, and fetched again when its time is over (OAuth 2.0).

Source: RFC 6749, section 4.4, "Client Credentials Grant".
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from connectors.errors import AuthFailed, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import document, needed, text

T = TypeVar("T")


class Session:
    """An account called as one app. `token_path`: where tokens are given."""

    def __init__(self, http: HttpClient, token_path: str, client_id: str, client_secret: str) -> None:
        self._http = http
        self._path = token_path
        self._form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        self._token: str | None = None
        self._signing_in = asyncio.Lock()

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return await self._signed(lambda headers: self._http.get(path, params=params, headers=headers))

    async def send(self, method: str, path: str, **kwargs: Any) -> Any:
        return await self._signed(lambda headers: self._http.send(method, path, headers=headers, **kwargs))

    async def send_and_hear(self, method: str, path: str, **kwargs: Any) -> tuple[Any, Mapping[str, str]]:
        return await self._signed(lambda headers: self._http.send_and_hear(method, path, headers=headers, **kwargs))

    async def _signed(self, call: Callable[[Mapping[str, str]], Awaitable[T]]) -> T:
        """A token whose time is over is refused before anything is done, so even a write may be sent once more."""
        token = self._token or await self._sign_in(None)
        try:
            return await call(_bearer(token))
        except AuthFailed as error:
            if error.status != 401:
                raise
        return await call(_bearer(await self._sign_in(token)))

    async def _sign_in(self, ended: str | None) -> str:
        """A new token, once for all who found the same one ended."""
        async with self._signing_in:
            if self._token is None or self._token == ended:
                self._token = None
                self._token = await self._new_token()
            return self._token

    async def _new_token(self) -> str:
        try:
            answer = document(await self._http.send("POST", self._path, data=self._form))
        except Unavailable as error:  # whatever is to be written has not left us yet
            raise Unavailable(str(error), status=error.status, retry_after=error.retry_after) from None
        except Rejected as error:
            if error.status != 400:
                raise
            raise AuthFailed(f"the help desk does not accept the app's id and secret: {error}", status=400) from None
        self._heard(answer)
        return needed(text(answer.get("access_token")), "access_token")

    def _heard(self, answer: Mapping[str, Any]) -> None:
        """What an answer with a token tells besides; most tell nothing. Raises where something is missing."""


def _bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}
