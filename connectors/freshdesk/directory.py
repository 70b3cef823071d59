"""Groups and agents of a Freshdesk account, by the names that people use."""

from typing import Any

from connectors.freshdesk.pages import pages
from connectors.freshdesk.paths import API
from connectors.http import HttpClient
from connectors.names import Names
from connectors.values import mapping


class Directory:
    """Two lists, each kept for a while."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self.groups = Names("group", ("name",), lambda: self._read("groups"), "a name from Admin > Groups, or its id")
        self.agents = Names("agent", ("name", "email"), self._agents, "the agent's e-mail address or id")

    async def _agents(self) -> list[dict[str, Any]]:
        """An agent's name and address are those of the contact that every agent is, too."""
        return [{**mapping(one.get("contact")), "id": one["id"]} for one in await self._read("agents")]

    async def _read(self, what: str) -> list[dict[str, Any]]:
        return [one async for page in pages(self._http, f"{API}/{what}", may_come_whole=True) for one in page]
