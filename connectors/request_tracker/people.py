"""Who somebody is on a ticket: the requester, somebody copied in, an agent, this gateway, or RT itself."""

import json
import time
from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from connectors.contract import Person, Role
from connectors.errors import AuthFailed, NotFound, Rejected
from connectors.http import HttpClient
from connectors.request_tracker.events import SYSTEM
from connectors.request_tracker.pages import ask
from connectors.values import document, text

KEPT_FOR = 600.0  # seconds that a user's name and standing are believed
MOST_KEPT = 5000


class People:
    """RT's users, asked for one by one and kept for a while. RT refers to users by their login name."""

    def __init__(self, http: HttpClient, me: str) -> None:
        self._http = http
        self._me = me.casefold()
        self._users: dict[str, tuple[float, dict[str, Any]]] = {}

    async def person(self, name: str, requestors: Collection[str], *, wrote_internally: bool = False) -> Person:
        """The person with this name. Who is unknown counts as staff only for what a requester cannot write."""
        user = await self._user(name)
        staff = _staff(user)
        role = self._role(name, requestors, wrote_internally if staff is None else staff, wrote_internally)
        return Person(name, role, name=text(user.get("RealName")), email=text(user.get("EmailAddress")))

    async def login(self, said: str) -> str:
        """The login name of somebody who is called by it, or by an e-mail address. Raises `Rejected`."""
        if "@" not in said:
            return said
        query = json.dumps([{"field": "EmailAddress", "value": said}])
        found = {
            name for row in await ask(self._http, "/REST/2.0/users", {"query": query}) if (name := text(row["id"]))
        }
        if len(found) != 1:
            raise Rejected(f"RT has {len(found) or 'no'} users with this e-mail address; name the agent by login name")
        return found.pop()

    def _role(self, name: str, requestors: Collection[str], staff: bool, wrote_internally: bool) -> Role:
        if name.casefold() == self._me:
            return Role.INTEGRATION
        if name in SYSTEM:
            return Role.SYSTEM
        if name in requestors and not (staff and wrote_internally):
            return Role.REQUESTER
        return Role.AGENT if staff else Role.PARTICIPANT

    async def _user(self, name: str) -> dict[str, Any]:
        now = time.monotonic()
        kept_at, user = self._users.get(name, (float("-inf"), {}))
        if now - kept_at < KEPT_FOR or name in SYSTEM or "/" in name or name.isdigit():
            return user  # RT reads digits as an id, which would be somebody else
        try:
            user = document(await self._http.get(f"/REST/2.0/user/{quote(name, safe='@')}"))
        except (NotFound, AuthFailed):
            user = {}
        if len(self._users) >= MOST_KEPT:
            self._users.clear()
        self._users[name] = (now, user)
        return user


def _staff(user: dict[str, Any]) -> bool | None:
    """RT calls staff privileged, and says so to every privileged user; None where it does not tell."""
    told = user.get("Privileged")
    return str(told) == "1" if isinstance(told, int | str) else None
