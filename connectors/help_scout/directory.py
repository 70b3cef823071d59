"""Inboxes, teams and users of a Help Scout account, by the names that people use."""

from typing import Any

from connectors.help_scout.pages import pages
from connectors.help_scout.paths import API
from connectors.help_scout.people import person
from connectors.names import Names
from connectors.session import Session
from connectors.vocabulary import Role


class Directory:
    """Three lists, each kept for a while."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.inboxes = Names("inbox", ("name",), lambda: self._read("mailboxes"), "the inbox's id")
        self.teams = Names("team", ("name",), lambda: self._read("teams"), "a name from Manage > Teams, or its id")
        self.users = Names("user", ("name", "email"), self._users, "the user's e-mail address or id")

    async def _users(self) -> list[dict[str, Any]]:
        return [
            {"id": one["id"], "name": person(one, Role.AGENT).name, "email": one.get("email")}
            for one in await self._read("users")
        ]

    async def _read(self, what: str) -> list[dict[str, Any]]:
        return [one async for page in pages(self._session, f"{API}/{what}", what) for one in page]
