"""Names that people use become the ids that a help desk asks for; who is meant must be plain."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from connectors.errors import Rejected
from connectors.values import identifier, text

KEPT_FOR = 600.0  # seconds that a list is believed
Row = dict[str, Any]


class Names:
    """One list of an account, such as its teams, read when it is first needed.

    `keys`: where a row says what it is called. `what` and `instead` are for the person who misspelt a name.
    """

    def __init__(
        self, what: str, keys: Sequence[str], read: Callable[[], Awaitable[Sequence[Row]]], instead: str
    ) -> None:
        self._what = what
        self._keys = keys
        self._read = read
        self._instead = instead
        self._rows: Sequence[Row] = ()
        self._read_at = float("-inf")

    async def id_of(self, name: str) -> str:
        """The id of the one that is called so, in any case; a number is taken as the id. Raises `Rejected`."""
        wanted = name.strip().casefold()
        if number := identifier(wanted):
            return number
        found = {row_id for row in await self._all() if wanted in self._called(row) and (row_id := _id(row))}
        if len(found) != 1:
            raise Rejected(f"there is {'more than one' if found else 'no'} {self._what} {name!r}; use {self._instead}")
        return found.pop()

    async def row(self, row_id: str | None) -> Row:
        """The row with this id; empty where there is none."""
        return next((row for row in await self._all() if _id(row) == row_id), {}) if row_id else {}

    def _called(self, row: Row) -> set[str]:
        return {called.strip().casefold() for key in self._keys if (called := text(row.get(key)))}

    async def _all(self) -> Sequence[Row]:
        if time.monotonic() - self._read_at > KEPT_FOR:
            self._rows = await self._read()
            self._read_at = time.monotonic()
        return self._rows


def _id(row: Row) -> str | None:
    return identifier(row.get("id"))
