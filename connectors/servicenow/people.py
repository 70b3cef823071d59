"""Who somebody is on a record: the requester, somebody on that side, an agent, this gateway, or ServiceNow itself.

The journal names people by their user ID. Who is a member of a group is staff: records are assigned to groups.
"""

import time
from collections.abc import Collection, Iterable
from typing import Any

from connectors.contract import Person, Role, Visibility
from connectors.errors import AuthFailed
from connectors.http import HttpClient
from connectors.servicenow.journal import VISIBLE_AS
from connectors.servicenow.rows import TABLES, Question, Row, rows
from connectors.servicenow.values import raw, shown
from connectors.values import text

USERS, MEMBERS = f"{TABLES}/sys_user", f"{TABLES}/sys_user_grmember"
SYSTEM = {"system", "guest"}
KEPT_FOR = 600.0  # seconds that a user's name and standing are believed
MOST_KEPT = 5000
MOST_NAMED = 50  # in one question: it travels in the address


class People:
    """The instance's users, asked for together and kept for a while."""

    def __init__(self, http: HttpClient, me: str) -> None:
        self._http = http
        self._me = me.casefold()
        self._users: dict[str, tuple[float, Row]] = {}
        self._staff: set[str] = set()

    async def learn(self, logins: Iterable[str]) -> None:
        """Ask for those who are not known yet. What our rights hide stays unknown."""
        now = time.monotonic()
        wanted = sorted(
            {
                one
                for one in logins
                if _askable(one) and now - self._users.get(one.casefold(), (-KEPT_FOR, {}))[0] >= KEPT_FOR
            }
        )
        if len(self._users) > MOST_KEPT:
            self._users.clear()
            self._staff.clear()
        for start in range(0, len(wanted), MOST_NAMED):
            some = wanted[start : start + MOST_NAMED]
            known = {one.casefold() for one in some}
            for row in await self._asked(USERS, "user_name", "user_name,name,email", some):
                self._users[str(row["user_name"]).casefold()] = (now, row)
            found = await self._asked(MEMBERS, "user.user_name", "user.user_name", some)
            self._staff = (self._staff - known) | {str(row["user.user_name"]).casefold() for row in found}
            for one in known - self._users.keys():
                self._users[one] = (now, {})

    def writer(self, entry: Row, requester: str | None, staff: Collection[str]) -> Person:
        """Who wrote an entry. `staff`: who is seen to be staff on this very record."""
        login = text(entry.get("sys_created_by")) or ""
        internal = VISIBLE_AS[entry["element"]] is Visibility.INTERNAL
        return self.person(login, self._role(login, requester, staff, internal=internal))

    def person(self, login: str, role: Role) -> Person:
        _, user = self._users.get(login.casefold(), (0.0, {}))
        return Person(login, role, name=text(user.get("name")), email=text(user.get("email")))

    def _role(self, login: str, requester: str | None, staff: Collection[str], *, internal: bool) -> Role:
        """Requesters see no work notes, so whoever writes one is staff, even on a record of her own."""
        known = login.casefold()
        if known == self._me:
            return Role.INTEGRATION
        if known in SYSTEM:
            return Role.SYSTEM
        if internal:
            return Role.AGENT
        if known == (requester or "").casefold():
            return Role.REQUESTER
        return Role.AGENT if known in self._staff or known in staff else Role.PARTICIPANT

    async def _asked(self, path: str, name: str, fields: str, logins: list[str]) -> list[Row]:
        wanted = {one.casefold() for one in logins}
        query = f"{name}IN{','.join(logins)}"
        asked = Question(path, query, fields, lambda row: str(row.get(name)).casefold() in wanted)
        try:
            return await rows(self._http, asked)
        except AuthFailed as error:
            if error.status != 403:
                raise
            return []  # names and groups are hidden; `check` says so


def requester_of(record: Row, field: str) -> Person:
    return Person(
        id=raw(record, f"{field}.user_name") or raw(record, field) or "",
        role=Role.REQUESTER,
        name=shown(record, field),
        email=raw(record, f"{field}.email"),
        phone=raw(record, f"{field}.phone"),
        organisation=shown(record, f"{field}.company"),
    )


def _askable(login: Any) -> bool:
    return isinstance(login, str) and bool(login) and not any(char in login for char in "^,\n\r")
