"""Names of groups and agents become the sys_ids that ServiceNow asks for; only rows that really bear the name count."""

from connectors.errors import Rejected
from connectors.http import HttpClient
from connectors.servicenow.rows import TABLES, Question, Row, rows
from connectors.servicenow.values import askable, sys_id

GROUPS, USERS = f"{TABLES}/sys_user_group", f"{TABLES}/sys_user"
CALLED = ("user_name", "email", "name")


async def group(http: HttpClient, name: str) -> str:
    if found := sys_id(name):
        return found
    asked = Question(
        GROUPS, f"name={askable(name)}^active=true", "sys_id,name", lambda row: _is_called(row, name, "name")
    )
    return _only(await rows(http, asked), f"groups called {name!r}")


async def agent(http: HttpClient, name: str) -> str:
    if found := sys_id(name):
        return found
    asked = Question(
        USERS,
        "^OR".join(f"{key}={askable(name)}" for key in CALLED) + "^active=true",
        f"sys_id,{','.join(CALLED)}",
        lambda row: _is_called(row, name, *CALLED),
    )
    return _only(await rows(http, asked), f"users called {name!r}")


def _is_called(row: Row, name: str, *keys: str) -> bool:
    return name.casefold() in {str(row.get(key)).casefold() for key in keys}


def _only(found: list[Row], what: str) -> str:
    ids = {one for row in found if (one := sys_id(row.get("sys_id")))}
    if len(ids) != 1:
        raise Rejected(f"ServiceNow has {len(ids) or 'no'} {what}; use a name, or a sys_id")
    return ids.pop()
