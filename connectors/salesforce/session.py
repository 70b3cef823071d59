"""Calls to one org as the integration user, and questions that are answered to their end.

Source: Salesforce Help, "OAuth 2.0 Client Credentials Flow"; the answer's `id` ends in the org's and the user's id.
"""

import re
from collections.abc import Mapping
from typing import Any

from connectors import session
from connectors.errors import Rejected, Unavailable
from connectors.http import HttpClient
from connectors.salesforce.settings import Settings
from connectors.salesforce.values import USER, record_id
from connectors.values import document, lacks, needed, objects, text

API = "/services/data/v62.0"
SIGN_IN = "/services/oauth2/token"
MOST_PAGES = 1000
IDENTITY = re.compile(r".*/id/[A-Za-z0-9]{15,18}/([A-Za-z0-9]{15,18})", re.ASCII)

Row = dict[str, Any]


class Session(session.Session):
    """One org, called as one user."""

    def __init__(self, http: HttpClient, settings: Settings) -> None:
        super().__init__(http, SIGN_IN, settings.client_id, settings.client_secret)
        self.user_id = settings.integration_user_id  # as the file tells, until Salesforce does

    async def rows(self, query: str) -> list[Row]:
        """Every row that a query finds, page by page. A page that fails never passes for the last one."""
        page = document(await self.get(f"{API}/query", {"q": query}))
        found, seen = _records(page), set[str]()
        while page.get("done") is not True:
            link = needed(text(page.get("nextRecordsUrl")), "nextRecordsUrl")
            if link in seen:
                raise Unavailable("Salesforce gives the same page again and again")
            if len(seen) == MOST_PAGES:
                raise Rejected(f"a query finds more than {MOST_PAGES} pages; it is not read any further")
            seen.add(link)
            page = document(await self.get(link))
            found += _records(page)
        return found

    async def me(self) -> str:
        """The id of the user that we sign in as."""
        if self._token is None:
            await self._sign_in(None)
        return needed(self.user_id, "id")

    async def sign_in_again(self) -> str:
        """Prove the credentials, whatever an earlier session still allows; the id of the user."""
        await self._sign_in(self._token)
        return await self.me()

    def _heard(self, answer: Mapping[str, Any]) -> None:
        """Who we are. Whoever does not know takes its own notes for an agent's."""
        told = IDENTITY.fullmatch(text(answer.get("id")) or "")
        self.user_id = needed(record_id(told[1], USER) if told else None, "id of the user")


def _records(page: Row) -> list[Row]:
    if not isinstance(page.get("records"), list):
        raise lacks("records")
    return objects(page["records"])
