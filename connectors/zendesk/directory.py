"""Names of teams and agents become the ids that Zendesk asks for."""

import time

from connectors.errors import Rejected
from connectors.http import HttpClient
from connectors.values import document, objects, text
from connectors.zendesk.pages import pages
from connectors.zendesk.people import STAFF
from connectors.zendesk.values import identifier

KEPT_FOR = 600.0  # seconds that the list of groups is believed


class Directory:
    """Groups, kept for a while, and agents, asked for one by one."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._groups: dict[str, str] = {}
        self._read_at = float("-inf")

    async def group(self, name: str) -> int:
        """The id of a group by its name, in any case; a number is taken as the id. Raises `Rejected`."""
        if name.isascii() and name.isdigit():
            return int(name)
        if time.monotonic() - self._read_at > KEPT_FOR:
            self._groups = await self._read_groups()
            self._read_at = time.monotonic()
        if found := self._groups.get(name.casefold()):
            return int(found)
        raise Rejected(f"Zendesk has no group {name!r}; use a name from Admin Center > People > Groups, or its id")

    async def agent(self, name: str) -> int:
        """The id of an agent by name or e-mail; a number is taken as the id. Raises `Rejected` for none, or several."""
        if name.isascii() and name.isdigit():
            return int(name)
        answer = document(await self._http.get("/api/v2/users/search", params={"query": name}))
        wanted = name.casefold()
        found = {
            user_id
            for user in objects(answer.get("users"))
            if user.get("role") in STAFF
            and wanted in ((text(user.get("name")) or "").casefold(), (text(user.get("email")) or "").casefold())
            and (user_id := identifier(user.get("id")))
        }
        if len(found) != 1:
            raise Rejected(
                f"Zendesk has {len(found) or 'no'} agents called {name!r}; use the agent's e-mail address or id"
            )
        return int(found.pop())

    async def _read_groups(self) -> dict[str, str]:
        return {
            name.casefold(): group_id
            async for page in pages(self._http, "/api/v2/groups", "groups")
            for group in objects(page["groups"])
            if (name := text(group.get("name"))) and (group_id := identifier(group.get("id")))
        }
