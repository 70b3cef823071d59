"""Names of teams, agents and inboxes become ids, and back."""

import time
from collections.abc import Callable
from typing import Any

from connectors.chatwoot.paths import account_path
from connectors.errors import Rejected
from connectors.http import HttpClient
from connectors.values import identifier, listed, mapping, text

KEPT_FOR = 600.0  # seconds that a list is believed
Row = dict[str, Any]


class Directory:
    """Three short lists of the account, each kept for a while. Chatwoot gives them whole, without pages."""

    def __init__(self, http: HttpClient, account_id: str) -> None:
        self._http = http
        self._account = account_path(account_id)
        self._kept: dict[str, tuple[float, list[Row]]] = {}

    async def team(self, name: str) -> int:
        """The id of a team by name, in any case, or by id. Raises `Rejected`."""
        found = [row for row in await self._list("teams") if _is_called(row, name, "name")]
        return _the_one(found, f"team {name!r}", "a name from Settings > Teams, or its id")

    async def agent(self, name: str) -> int:
        """The id of an agent by name, e-mail or id. An id is looked up too: Chatwoot takes one that it does not know
        for "nobody", and would leave the conversation unassigned. Raises `Rejected`."""
        keys = ("name", "available_name", "email")
        found = [row for row in await self._list("agents") if _is_called(row, name, *keys)]
        return _the_one(found, f"agent {name!r}", "the agent's e-mail address or id")

    async def inbox(self, inbox_id: str | None) -> str | None:
        """The name of an inbox, else its id."""
        rows = await self._list("inboxes", lambda answer: mapping(answer).get("payload"))
        return next((text(row.get("name")) for row in rows if identifier(row.get("id")) == inbox_id), None) or inbox_id

    async def _list(self, what: str, rows: Callable[[Any], Any] = lambda answer: answer) -> list[Row]:
        read_at, kept = self._kept.get(what, (float("-inf"), []))
        if time.monotonic() - read_at > KEPT_FOR:
            kept = listed(rows(await self._http.get(f"{self._account}/{what}")), what)
            self._kept[what] = time.monotonic(), kept
        return kept


def _is_called(row: Row, name: str, *keys: str) -> bool:
    wanted = name.strip().casefold()
    called = {(text(row.get(key)) or "").strip().casefold() for key in keys}
    return bool(wanted) and (wanted in called or wanted == identifier(row.get("id")))


def _the_one(found: list[Row], what: str, instead: str) -> int:
    ids = {one for row in found if (one := identifier(row.get("id")))}
    if len(ids) != 1:
        raise Rejected(f"Chatwoot has {'more than one' if ids else 'no'} {what}; use {instead}")
    return int(ids.pop())
