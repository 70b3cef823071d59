"""The short lists of a workspace: its teams and the people in its inbox. Intercom gives both whole, without pages."""

from typing import Any

from connectors.http import HttpClient
from connectors.names import Names
from connectors.values import document, listed


class Directory:
    """`teams` and `admins`, as Intercom calls those who work in the inbox."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self.teams = Names("team", ("name",), lambda: self._read("teams"), "a name from Settings > Teams, or its id")
        self.admins = Names(
            "teammate", ("name", "email"), lambda: self._read("admins"), "the teammate's e-mail address or id"
        )

    async def _read(self, what: str) -> list[dict[str, Any]]:
        return listed(document(await self._http.get(f"/{what}")).get(what), what)
