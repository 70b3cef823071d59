"""Names of tags, inboxes and teammates become the ids that Front asks for; channels are told by inbox."""

import time
from typing import Any

from connectors.errors import Rejected
from connectors.front.pages import every
from connectors.front.values import resource
from connectors.http import HttpClient
from connectors.values import lacks, mapping, text

KEPT_FOR = 600.0  # seconds that a list is believed
Row = dict[str, Any]


class Directory:
    """Short lists of the company, each kept for a while: the smallest plan allows 50 calls a minute."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._kept: dict[str, tuple[float, list[Row]]] = {}

    async def inbox(self, name: str) -> str:
        """The id of a shared inbox by name, in any case, or by id. Raises `Rejected`."""
        found = [row for row in await self._list("/inboxes") if _is_called(row, name, "name")]
        return _the_one(found, "inb", f"inbox {name!r}", "a name from Settings > Inboxes, or its id (inb_...)")

    async def teammate(self, name: str) -> str:
        """The id of a teammate by e-mail, user name, full name or id. Raises `Rejected`."""
        rows = [{**row, "name": _full_name(row)} for row in await self._list("/teammates")]
        found = [row for row in rows if _is_called(row, name, "email", "username", "name")]
        return _the_one(found, "tea", f"teammate {name!r}", "the teammate's e-mail address or id (tea_...)")

    async def channels(self, inbox_id: str) -> list[Row]:
        return await self._list(f"/inboxes/{inbox_id}/channels")

    async def tag(self, name: str) -> str:
        """The id of a tag that others can see, by name. One that does not exist is made, for the whole company."""
        rows = await self._list("/tags", write=True)
        for row in rows:
            found = resource(row.get("id"), "tag")
            if found and row.get("is_private") is not True and _is_called(row, name, "name"):
                return found
        made = mapping(await self._http.send("POST", "/company/tags", json={"name": name}))
        tag_id = resource(made.get("id"), "tag")
        if tag_id is None:
            raise lacks("the tag that was made", may_be_stored=True)
        rows.append(made)
        return tag_id

    async def _list(self, path: str, *, write: bool = False) -> list[Row]:
        read_at, kept = self._kept.get(path, (float("-inf"), []))
        if time.monotonic() - read_at > KEPT_FOR:
            kept = await every(self._http, path, {"limit": "100"} if path == "/tags" else None, write=write)
            self._kept[path] = time.monotonic(), kept
        return kept


def _full_name(row: Row) -> str:
    return " ".join(name for key in ("first_name", "last_name") if (name := text(row.get(key))))


def _is_called(row: Row, name: str, *keys: str) -> bool:
    wanted = name.strip().casefold()
    called = {(text(row.get(key)) or "").strip().casefold() for key in keys}
    return bool(wanted) and (wanted in called or name.strip() == row.get("id"))


def _the_one(found: list[Row], kind: str, what: str, instead: str) -> str:
    ids = {one for row in found if (one := resource(row.get("id"), kind))}
    if len(ids) != 1:
        raise Rejected(f"Front has {'more than one' if ids else 'no'} {what}; use {instead}")
    return ids.pop()
