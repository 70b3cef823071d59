"""Priority, labels, team and assignee as one update of an issue; a status as the transition that leads to it."""

from typing import Any

from connectors.contract import Change, Status, Ticket
from connectors.errors import Rejected
from connectors.http import HttpClient
from connectors.jira_service_management.settings import Settings
from connectors.jira_service_management.values import account_id, issue_path
from connectors.values import document, identifier, listed, mapping, objects, storable, text

LONGEST_LABEL = 255  # characters


async def update_for(http: HttpClient, settings: Settings, ticket: Ticket, change: Change) -> dict[str, Any]:
    """The body of one update; empty where nothing changes. Labels are added and never replaced."""
    fields: dict[str, Any] = {}
    update: dict[str, Any] = {}
    labels = dict.fromkeys(_label(tag) for tag in change.tags_added)
    if new := [{"add": label} for label in labels if label not in ticket.tags]:
        update["labels"] = new
    if change.priority and change.priority is not ticket.priority:
        fields["priority"] = {"name": settings.priorities[change.priority]}
    if change.team:
        _set_team(settings, change.team, fields, update)
    if change.assignee:
        fields["assignee"] = {"accountId": await _assignee(http, ticket, change.assignee)}
    return {key: value for key, value in (("fields", fields), ("update", update)) if value}


def _label(tag: str) -> str:
    """Jira's labels have no spaces."""
    found = "_".join(storable(tag).split())[:LONGEST_LABEL]
    if not found:
        raise Rejected("a tag is empty")
    return found


def _set_team(settings: Settings, team: str, fields: dict[str, Any], update: dict[str, Any]) -> None:
    if settings.team_field is None:
        raise Rejected("Jira assigns no teams; name the field that stands for one in options.team_field")
    if settings.team_field == "components":
        update["components"] = [{"add": {"name": team}}]
    else:
        fields[settings.team_field] = {"value": team}


async def _assignee(http: HttpClient, ticket: Ticket, name: str) -> str:
    """The account of an agent who may have this issue, by e-mail address, name or account id. Raises `Rejected`."""
    query = {"issueKey": str(ticket.fields.get("key", ticket.id)), "query": name, "maxResults": "50"}
    rows = listed(await http.get("/rest/api/3/user/assignable/search", params=query), "users")
    wanted = name.strip().casefold()
    found = {
        who
        for row in rows
        if (who := account_id(row.get("accountId"))) and wanted in _called(row, who) and row.get("active") is not False
    }
    if len(found) != 1:
        raise Rejected(
            f"{'more than one agent' if found else 'no agent'} called {name!r} may be given this issue; use the e-mail "
            "address or the account id"
        )
    return found.pop()


def _called(row: dict[str, Any], who: str) -> set[str]:
    names = (who, text(row.get("displayName")), text(row.get("emailAddress")))
    return {name.strip().casefold() for name in names if name}


async def transition_to(http: HttpClient, settings: Settings, ticket: Ticket, status: Status | None) -> str | None:
    """The id of the transition that leads to a status from where the issue is; None where it is there already."""
    if status is None or status is ticket.status:
        return None
    if status not in settings.statuses:
        raise Rejected(f"no status of Jira's stands for {status}; name one in options.statuses")
    name = settings.statuses[status]
    rows = listed(document(await http.get(f"{issue_path(ticket.id)}/transitions")).get("transitions"), "transitions")
    for one in objects(rows):
        leads_to = text(mapping(one.get("to")).get("name")) or ""
        if leads_to.casefold() == name.casefold() and (found := identifier(one.get("id"))):
            return found
    raise Rejected(f"no transition leads from here to the status {name!r}; look at the workflow, or options.statuses")
