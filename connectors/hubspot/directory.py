"""The people whom a ticket can belong to, by name or address."""

from typing import Any

from connectors.http import HttpClient
from connectors.hubspot.pages import pages
from connectors.names import Names
from connectors.values import text


class Directory:
    """`owners`: HubSpot gives each user a second number, under which tickets are theirs."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self.owners = Names("owner", ("name", "email"), self._read, "the owner's e-mail address or id")

    async def _read(self) -> list[dict[str, Any]]:
        return [_named(row) async for page in pages(self._http, "/crm/v3/owners") for row in page]


def _named(row: dict[str, Any]) -> dict[str, Any]:
    names = [name for key in ("firstName", "lastName") if (name := text(row.get(key)))]
    return {**row, "name": " ".join(names)}
